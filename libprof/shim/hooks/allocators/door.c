#include "shim/hooks/allocators/door.h"

#include "common/layout.h"
#include "shim/hooks/allocators/image.h"
#include "shim/hooks/allocators/inside.h"
#include "shim/sys/text.h"

#include <stdlib.h>
#include <sys/mman.h>

/* The bounds of the section, by the linker. */
extern struct door __start_doors[] __attribute__((visibility("hidden")));
extern struct door __stop_doors[] __attribute__((visibility("hidden")));
extern ElfW(Dyn) _DYNAMIC[] __attribute__((visibility("hidden")));

/* The function by which each family is found, and how a recording says that it is seen. */
static const struct {
  const char *marker;
  uint32_t flag;
} families[DOOR_FAMILIES] = {
    [DOOR_OPERATORS] = {"_Znwm", RECORDING_OPERATORS},
    [DOOR_JEMALLOC] = {"mallocx", RECORDING_MALLOCX},
    [DOOR_TCMALLOC] = {"tc_malloc", RECORDING_TC_MALLOC},
    [DOOR_MIMALLOC] = {"mi_malloc", RECORDING_MI_MALLOC},
    [DOOR_TOKENS] = {"__alloc_token_malloc", RECORDING_TOKENS},
    [DOOR_FAST_TOKENS] = {"__alloc_token_0_malloc", RECORDING_TOKENS},
};

/* Closed, and nothing behind it: a weak reference that was bound before we could say so. */
static uintptr_t lead_nowhere(void) {
  return 0;
}

/* The first library behind `map` that defines the name. `whose`: libmemprof-new.so, which hands on,
 * is passed over. */
static bool find_behind(const struct link_map *map, const char *name, bool whose,
                        struct image *image, ElfW(Sym) * *symbol) {
  uint32_t hash = image_hash(name);
  while ((map = map->l_next)) {
    if ((whose && text_equal(text_base_name(map->l_name), "libmemprof-new.so")) ||
        !image_read(map, image))
      continue;
    if ((*symbol = image_find(image, name, hash)))
      return true;
  }
  return false;
}

/* Operators and functions with tokens are an allocator's own if they are where the next malloc is. */
static bool find_family(const struct link_map *own, enum door_family family, struct image *image) {
  struct image heap;
  ElfW(Sym) * symbol;
  if (!find_behind(own, families[family].marker, true, image, &symbol))
    return false;
  bool may_pass_on = family == DOOR_OPERATORS || family >= DOOR_TOKENS;
  return !may_pass_on ||
         (find_behind(own, "malloc", true, &heap, &symbol) && heap.map == image->map);
}

static bool is_door(const char *name) {
  for (const struct door *door = __start_doors; door < __stop_doors; door++)
    if (text_equal(door->name, name))
      return true;
  return false;
}

/* Where a closed door leads for a library that was bound before. */
static void *passage(const struct link_map *own, const struct door *door) {
  struct image image;
  ElfW(Sym) * symbol;
  if (find_behind(own, door->name, false, &image, &symbol))
    return image_address(&image, symbol);
  if (door->family != DOOR_OPERATORS)
    return (void *)lead_nowhere;
  return door->name[2] == 'n' ? (void *)malloc : (void *)free;
}

/* `image`: of the allocator that has the door's family, or NULL. False: the door is closed. */
static bool door_open(struct door *door, const struct image *image) {
  const ElfW(Sym) *symbol = image ? image_find(image, door->name, image_hash(door->name)) : NULL;
  if (!symbol)
    return false;
  door->next = image_address(image, symbol);
  door->to = door->hook;
  return true;
}

/* The loader takes a symbol of value 0 for one that is not there. */
static void door_hide(const struct door *door, const struct image *own) {
  ElfW(Sym) *symbol = image_find(own, door->name, image_hash(door->name));
  if (symbol)
    symbol->st_value = 0;
}

static const struct link_map *own_map(void) {
  const struct link_map *map = _r_debug.r_map;
  while (map && map->l_ld != _DYNAMIC)
    map = map->l_next;
  return map;
}

static void settle_doors(const struct image *own, bool writable) {
  struct image images[DOOR_FAMILIES];
  bool taken[DOOR_FAMILIES];
  for (int family = 0; family < DOOR_FAMILIES; family++) {
    taken[family] =
        find_family(own->map, family, &images[family]) && inside_bind(&images[family], is_door);
    next_other_doors |= taken[family] ? families[family].flag : 0;
  }
  for (struct door *door = __start_doors; door < __stop_doors; door++) {
    if (door_open(door, taken[door->family] ? &images[door->family] : NULL))
      continue;
    door->to = passage(own->map, door);
    if (writable)
      door_hide(door, own);
  }
}

/* The symbols of a library are among its first pages, which are read-only. */
static void doors_decide(void) {
  struct image own;
  const struct link_map *map = own_map();
  if (!map || !image_read(map, &own))
    return;
  uintptr_t start = (uintptr_t)own.symbols, end = (uintptr_t)own.strings;
  bool writable = end > start && image_protect(start, end, PROT_READ | PROT_WRITE);
  settle_doors(&own, writable);
  if (writable)
    image_protect(start, end, PROT_READ);
}

/* The loader calls the resolver of an indirect function when it relocates the library that uses it,
 * after that library's other relocations. This is the only moment that comes before the program's
 * own references are bound. */
static void nothing(void) {}

typedef void resolved(void);
__attribute__((used)) static resolved *doors_resolve(void) {
  doors_decide();
  return nothing;
}

static resolved decided __attribute__((ifunc("doors_resolve")));
extern resolved *const doors_decided __attribute__((visibility("hidden")));
__attribute__((used)) resolved *const doors_decided = decided;
