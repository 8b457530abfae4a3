/* libmemprof-new.so: C++'s operators new and delete, preloaded beside libmemprof.so, so that the
 * shim learns which of them a block came from and goes back by (shim/frees/family.h).
 *
 * The program keeps the operators that it would have alone. Where all of them are the C++
 * library's, which are malloc and free, the shim does the same; where one is the program's own or
 * another allocator's, every call goes on to the next definition in the search order. A program
 * that starts without a C++ library may open plugins that bring their own, in scopes of theirs,
 * which we cannot search: there this library makes itself empty before anything can find its
 * symbols. */
#include "shim/frees/operators.h"
#include "shim/sys/text.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <sys/mman.h>

#define EXPORT __attribute__((visibility("default")))
#define UNLIKELY(x) __builtin_expect(x, 0)

enum state {
  UNKNOWN,
  PASSIVE, /* calls go on to next[] */
  ACTIVE,  /* calls go to the shim */
};
static int state;
static struct operators operators;
static __attribute__((noinline, cold)) void begin(void);

static inline __attribute__((always_inline)) int is_active(void) {
  if (UNLIKELY(state != ACTIVE) && state == UNKNOWN)
    begin();
  return state == ACTIVE;
}

/* Functions of other types than operator_fn's, which the ABI lets be called as such: arguments that
 * they do not have are in registers that they do not read. */
#define DEFINE_NEW(name, mangled, family)                                                          \
  static void *name(uintptr_t size, uintptr_t second, uintptr_t third) {                           \
    if (!is_active())                                                                              \
      return operators.next[OPERATOR_##name](size, second, third);                                 \
    return memprof_operator_new(size, second, third, OPERATOR_##name);                             \
  }                                                                                                \
  EXPORT extern operator_fn exported_##name __asm__(mangled) __attribute__((alias(#name)));
#define DEFINE_DELETE(name, mangled, family)                                                       \
  static void *name(uintptr_t block, uintptr_t second, uintptr_t third) {                          \
    if (!is_active())                                                                              \
      return operators.next[OPERATOR_##name](block, second, third);                                \
    return memprof_operator_delete(block, OPERATOR_##name);                                        \
  }                                                                                                \
  EXPORT extern operator_fn exported_##name __asm__(mangled) __attribute__((alias(#name)));

OPERATORS_NEW(DEFINE_NEW)
OPERATORS_DELETE(DEFINE_DELETE)

static const struct link_map *map_of(const void *p) {
  struct dl_find_object object;
  return p && _dl_find_object((void *)p, &object) == 0 ? object.dlfo_link_map : NULL;
}

static const struct link_map *first_map(void) {
  const struct link_map *map = map_of(&operators);
  while (map && map->l_prev)
    map = map->l_prev;
  return map;
}

static int begins_with(const char *s, const char *start) {
  while (*start && *s == *start)
    s++, start++;
  return !*start;
}

/* libstdc++'s or libc++'s, by its file's name. */
static int is_cxx_library(const struct link_map *map) {
  const char *base = map ? text_base_name(map->l_name) : "";
  return begins_with(base, "libstdc++.so") || begins_with(base, "libc++.so") ||
         begins_with(base, "libc++abi.so");
}

static int has_cxx_library(void) {
  const struct link_map *map = first_map();
  while (map && !is_cxx_library(map))
    map = map->l_next;
  return map != NULL;
}

static const char *const names[] = {
#define NAME(name, mangled, family) mangled,
    OPERATORS_NEW(NAME) OPERATORS_DELETE(NAME)};

/* Whether nothing before us defines an operator, and all that come after us are of one C++ library.
 */
static int find_next(void) {
  int plain = 1;
  for (int i = 0; i < OPERATOR_COUNT; i++) {
    operators.next[i] = (operator_fn *)dlsym(RTLD_NEXT, names[i]);
    const struct link_map *map = map_of((void *)operators.next[i]);
    if (!map) /* a program without C++ that calls what it found to be there, by a weak reference */
      operators.next[i] =
          i < OPERATOR_FIRST_DELETE ? (operator_fn *)(void *)malloc : (operator_fn *)(void *)free;
    if (i == 0)
      operators.cxx_library = map;
    plain = plain && map && map == operators.cxx_library && is_cxx_library(map) &&
            (operator_fn *)dlsym(RTLD_DEFAULT, names[i]) == operators.own[i];
  }
  return plain;
}

/* Called by the first to need it, at the latest by our constructor. Should two threads come at
 * once, both do the same. */
static void begin(void) {
  static operator_fn *const own[] = {
#define OWN(name, mangled, family) name,
      OPERATORS_NEW(OWN) OPERATORS_DELETE(OWN)};
  for (int i = 0; i < OPERATOR_COUNT; i++)
    operators.own[i] = own[i];
  operators.first = first_map();
  int plain = find_next();
  if (plain)
    memprof_operator_begin(&operators);
  __atomic_store_n(&state, plain ? ACTIVE : PASSIVE, __ATOMIC_RELEASE);
}

/* The loader asks the filter of our hash table first: with no bit set in it there is no symbol of
 * ours. */
static void hide(void) {
  const struct link_map *map = map_of(&operators);
  const ElfW(Dyn) *d = map ? map->l_ld : NULL;
  while (d && d->d_tag != DT_GNU_HASH && d->d_tag != DT_NULL)
    d++;
  if (!d || d->d_tag == DT_NULL)
    return;
  const uint32_t *header = (const void *)d->d_un.d_ptr;
  ElfW(Addr) *filter = (ElfW(Addr) *)(header + 4);
  uintptr_t start = (uintptr_t)filter & ~4095ul, end = (uintptr_t)(filter + header[2]);
  if (mprotect((void *)start, end - start, PROT_READ | PROT_WRITE) != 0)
    return;
  for (uint32_t i = 0; i < header[2]; i++)
    filter[i] = 0;
  mprotect((void *)start, end - start, PROT_READ);
}

__attribute__((constructor)) static void start(void) {
  if (state == UNKNOWN && has_cxx_library())
    begin();
  else if (state == UNKNOWN)
    hide();
}
