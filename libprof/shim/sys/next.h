/* The next allocator in the search order: glibc's, or a jemalloc, tcmalloc or mimalloc that the
 * program links. Until it has been looked up the entries are stubs that look it up; what is
 * allocated while the loader is doing so comes from a small static arena. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct next_allocator {
  void *(*malloc)(size_t size);
  void (*free)(void *p);
  void *(*calloc)(size_t n, size_t size);
  void *(*realloc)(void *p, size_t size);
  void *(*memalign)(size_t alignment, size_t size);
  void *(*aligned_alloc)(size_t alignment, size_t size);
  int (*posix_memalign)(void **ret, size_t alignment, size_t size);
  void *(*valloc)(size_t size);
  void *(*pvalloc)(size_t size);
  size_t (*malloc_usable_size)(void *p);
  void *(*reallocarray)(void *p, size_t n, size_t size);
};

extern struct next_allocator next __attribute__((visibility("hidden")));

/* Looks the next allocator up unless that is done. */
void next_resolve(void);

/* Whether both addresses lie in the same loaded object. */
bool next_same_object(const void *a, const void *b);

/* Other families of functions that give out blocks, which the shim sees, too: RECORDING_OPERATORS
 * and those after it (common/layout.h). Written before any other code of the shim runs. */
extern uint32_t next_other_doors __attribute__((visibility("hidden")));

/* Whether it is glibc's, and nothing else gives out blocks: they start at multiples of 16. */
bool next_is_libc(void);

/* Blocks of the static arena: never freed, and never the next allocator's. */
bool next_is_early(const void *p);
size_t next_early_size(const void *p);
