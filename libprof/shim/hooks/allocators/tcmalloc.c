/* tcmalloc's malloc family and operators under its own names. */
#include "shim/hooks/allocators/door.h"

#define ALLOCATES(...) DOOR_ALLOCATES(DOOR_TCMALLOC, __VA_ARGS__)
#define FREES(...) DOOR_FREES(DOOR_TCMALLOC, __VA_ARGS__)

ALLOCATES(tc_malloc, (size_t size), (size), size)
ALLOCATES(tc_malloc_skip_new_handler, (size_t size), (size), size)
ALLOCATES(tc_calloc, (size_t n, size_t size), (n, size), door_product(n, size))
ALLOCATES(tc_memalign, (size_t alignment, size_t size), (alignment, size), size)
ALLOCATES(tc_valloc, (size_t size), (size), size)
ALLOCATES(tc_pvalloc, (size_t size), (size), size)
ALLOCATES(tc_new, (size_t size), (size), size)
ALLOCATES(tc_newarray, (size_t size), (size), size)
ALLOCATES(tc_new_nothrow, (size_t size, const void *no), (size, no), size)
ALLOCATES(tc_newarray_nothrow, (size_t size, const void *no), (size, no), size)
ALLOCATES(tc_new_aligned, (size_t size, size_t alignment), (size, alignment), size)
ALLOCATES(tc_newarray_aligned, (size_t size, size_t alignment), (size, alignment), size)
ALLOCATES(tc_new_aligned_nothrow, (size_t size, size_t alignment, const void *no),
          (size, alignment, no), size)
ALLOCATES(tc_newarray_aligned_nothrow, (size_t size, size_t alignment, const void *no),
          (size, alignment, no), size)
FREES(tc_free, (void *p), (p), p)
FREES(tc_cfree, (void *p), (p), p)
FREES(tc_free_sized, (void *p, size_t size), (p, size), p)
FREES(tc_delete, (void *p), (p), p)
FREES(tc_deletearray, (void *p), (p), p)
FREES(tc_delete_sized, (void *p, size_t size), (p, size), p)
FREES(tc_deletearray_sized, (void *p, size_t size), (p, size), p)
FREES(tc_delete_nothrow, (void *p, const void *no), (p, no), p)
FREES(tc_deletearray_nothrow, (void *p, const void *no), (p, no), p)
FREES(tc_delete_aligned, (void *p, size_t alignment), (p, alignment), p)
FREES(tc_deletearray_aligned, (void *p, size_t alignment), (p, alignment), p)
FREES(tc_delete_sized_aligned, (void *p, size_t size, size_t alignment), (p, size, alignment), p)
FREES(tc_deletearray_sized_aligned, (void *p, size_t size, size_t alignment), (p, size, alignment),
      p)
FREES(tc_delete_aligned_nothrow, (void *p, size_t alignment, const void *no), (p, alignment, no), p)
FREES(tc_deletearray_aligned_nothrow, (void *p, size_t alignment, const void *no),
      (p, alignment, no), p)

DOOR_REALLOCS(DOOR_TCMALLOC, tc_realloc, (void *p, size_t size), (p, size), p, size)
DOOR_ALIGNS(DOOR_TCMALLOC, tc_posix_memalign, (void **ret, size_t alignment, size_t size),
            (ret, alignment, size), ret, size)
