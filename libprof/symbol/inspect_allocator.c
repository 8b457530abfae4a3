#include "symbol/inspect_allocator.h"

#include <string.h>

/* From what says least to what says most. */
enum { UNKNOWN, RPMALLOC, SNMALLOC, TCMALLOC, MIMALLOC, JEMALLOC, SANITIZER, MEMPROF, KINDS };

static const struct linked_allocator allocators[KINDS] = {
    [UNKNOWN] = {"an allocator", "link the allocator dynamically, or build without it"},
    [RPMALLOC] = {"rpmalloc", "build without it for the time of profiling"},
    [SNMALLOC] = {"snmalloc", "link its shared library (libsnmallocshim), or build without it"},
    [TCMALLOC] = {"tcmalloc",
                  "link it dynamically (-ltcmalloc), or use its own profiler (HEAPPROFILE=FILE)"},
    [MIMALLOC] = {"mimalloc", "link it dynamically (-lmimalloc), or build without it (in Rust: "
                              "without its #[global_allocator])"},
    [JEMALLOC] = {"jemalloc", "link it dynamically (-ljemalloc), or build without it (in Rust: "
                              "without its #[global_allocator])"},
    [SANITIZER] = {"a sanitizer", "build it without -fsanitize"},
    [MEMPROF] = {"LLVM's MemProf", "build it without -fmemory-profile"},
};

struct sign {
  const char *name;
  int kind;
};

/* jemalloc may be built with any prefix (je_, _rjem_, je_arrow_), and each build of it has this. */
static bool is_jemalloc(const char *name) {
  static const char end[] = "mallctlbymib";
  size_t n = strlen(name);
  return n >= sizeof(end) - 1 && !strcmp(name + n - (sizeof(end) - 1), end);
}

const struct linked_allocator *linked_allocator_of_function(const char *name) {
  static const struct sign signs[] = {
      {"malloc", UNKNOWN},          {"je_malloc", JEMALLOC},
      {"rjem_malloc", JEMALLOC},    {"_rjem_malloc", JEMALLOC},
      {"mi_malloc", MIMALLOC},      {"_mi_malloc_generic", MIMALLOC},
      {"tc_malloc", TCMALLOC},      {"TCMallocInternalMalloc", TCMALLOC},
      {"sn_malloc", SNMALLOC},      {"sn_rust_alloc", SNMALLOC},
      {"rpmalloc", RPMALLOC},       {"__asan_init", SANITIZER},
      {"__hwasan_init", SANITIZER}, {"__lsan_init", SANITIZER},
      {"__msan_init", SANITIZER},   {"__tsan_init", SANITIZER},
      {"__memprof_init", MEMPROF},
  };
  for (size_t i = 0; i < sizeof(signs) / sizeof(*signs); i++)
    if (!strcmp(name, signs[i].name))
      return &allocators[signs[i].kind];
  return is_jemalloc(name) ? &allocators[JEMALLOC] : NULL;
}

/* The beginnings of the allocators' messages. They are put together here, so that memprof itself
 * does not hold them. */
const struct linked_allocator *linked_allocator_of_text(const void *text, size_t size) {
  static const struct sign signs[] = {
      {"jemalloc>: ", JEMALLOC}, {"tcmalloc: large alloc ", TCMALLOC}, {"mimalloc: ", MIMALLOC}};
  static const char before[] = {[JEMALLOC] = '<', [TCMALLOC] = '\0', [MIMALLOC] = '\0'};
  for (size_t i = 0; i < sizeof(signs) / sizeof(*signs); i++) {
    const char *end = (const char *)text + size, *at = text;
    size_t n = strlen(signs[i].name);
    while ((at = memmem(at, (size_t)(end - at), signs[i].name, n))) {
      if (at > (const char *)text && at[-1] == before[signs[i].kind])
        return &allocators[signs[i].kind];
      at += n;
    }
  }
  return NULL;
}

bool linked_allocator_is_plain(const struct linked_allocator *allocator) {
  return allocator == &allocators[UNKNOWN];
}

bool linked_allocator_is_better(const struct linked_allocator *a,
                                const struct linked_allocator *b) {
  return a && (!b || a > b);
}
