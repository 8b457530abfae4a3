/* The malloc family, in front of the next allocator's.
 *
 * The unsampled path of malloc and free is all that most calls ever run: a compare, a subtraction
 * and a count in the thread's slot, then a jump. Every function keeps what its namesake promises:
 * results, errors and errno come from the next allocator untouched, and what is recorded happens
 * after an allocation has succeeded and before a free is carried out (another thread may be given
 * the block the moment it is free). */
#include "shim/exact.h"
#include "shim/family.h"
#include "shim/filter.h"
#include "shim/next.h"
#include "shim/record.h"
#include "shim/thread.h"
#include "shim/wrong_free.h"

#include <malloc.h>
#include <stdlib.h>

#define EXPORT __attribute__((visibility("default")))
#define COLD __attribute__((noinline, cold))
#define FRAME __builtin_frame_address(0)

/* Takes size + 1 from what the thread has left before its next sample; false if that is not enough,
 * and then nothing has changed. left - (size + 1) as the sum left + ~size, which carries where left
 * > size: for SIZE_MAX, too, whose size + 1 would be 0. */
static inline bool take(size_t size) {
  struct recording_thread *self = thread_tls.self;
  uint64_t left;
  if (!__builtin_expect(__builtin_add_overflow(self->left, ~(uint64_t)size, &left), 1))
    return false;
  self->left = left;
  self->allocs++;
  return true;
}

static inline void count_free(void) {
  thread_tls.self->frees++;
}

/* In exact mode all calls come here. */
static __attribute__((noinline)) void *malloc_sampled(size_t size) {
  void *p = next.malloc(size);
  if (p && !exact_again(p, size, FRAME))
    record_anew(p, size, FRAME);
  return p;
}

EXPORT void *malloc(size_t size) {
  if (__builtin_expect(!take(size), 0))
    return malloc_sampled(size);
  return next.malloc(size);
}

/* NULL comes here too: its filter counter is pinned. */
static COLD bool free_slowly(void *p, const void *frame) {
  if (!p || next_is_early(p))
    return false;
  record_free(p, frame);
  count_free();
  return true;
}

static __attribute__((noinline)) void free_recorded(void *p) {
  /* What the allocator will look at is fetched while we look at ours. */
  __builtin_prefetch((char *)p - 16, 1);
  if (exact_free(p, FRAME) || free_slowly(p, FRAME))
    next.free(p);
}

EXPORT void free(void *p) {
  if (__builtin_expect(filter_hit(p), 0)) {
    free_recorded(p);
    return;
  }
  count_free();
  next.free(p);
}

/* Gone from glibc's headers in 2.26; old binaries still call it. */
EXPORT void cfree(void *p);
EXPORT void cfree(void *p) {
  free(p);
}

/* C23; the sizes are hints that no allocator here uses. */
EXPORT void free_sized(void *p, size_t size);
EXPORT void free_sized(void *p, size_t size) {
  (void)size;
  free(p);
}

EXPORT void free_aligned_sized(void *p, size_t alignment, size_t size);
EXPORT void free_aligned_sized(void *p, size_t alignment, size_t size) {
  (void)alignment;
  (void)size;
  free(p);
}

/* The second half of every other allocating function: p is the next allocator's answer. */
static inline void *allocated(bool taken, void *p, size_t size, const void *frame) {
  if (__builtin_expect(!taken, 0) && p)
    record_alloc(p, size, frame);
  return p;
}

EXPORT void *calloc(size_t n, size_t size) {
  size_t total;
  if (__builtin_mul_overflow(n, size, &total))
    return next.calloc(n, size); /* fails, its own way */
  return allocated(take(total), next.calloc(n, size), total, FRAME);
}

EXPORT void *memalign(size_t alignment, size_t size) {
  return allocated(take(size), next.memalign(alignment, size), size, FRAME);
}

EXPORT void *aligned_alloc(size_t alignment, size_t size) {
  return allocated(take(size), next.aligned_alloc(alignment, size), size, FRAME);
}

EXPORT void *valloc(size_t size) {
  return allocated(take(size), next.valloc(size), size, FRAME);
}

EXPORT void *pvalloc(size_t size) {
  return allocated(take(size), next.pvalloc(size), size, FRAME);
}

EXPORT int posix_memalign(void **ret, size_t alignment, size_t size) {
  bool taken = take(size);
  int error = next.posix_memalign(ret, alignment, size);
  if (!error)
    allocated(taken, *ret, size, FRAME);
  return error;
}

/* A block of the early arena moves to the next allocator. */
static COLD void *realloc_early(void *p, size_t size, const void *frame) {
  bool taken = take(size);
  void *moved = allocated(taken, next.malloc(size), size, frame);
  size_t old = next_early_size(p);
  if (moved)
    __builtin_memcpy(moved, p, old < size ? old : size);
  return moved;
}

/* A realloc is a free and an allocation at its caller. The old block's entry is taken out first:
 * another thread may get its address before realloc returns. If realloc fails the block is still
 * there, but for size 0, where NULL says that it was freed. */
static inline void *reallocated(void *p, size_t size, const void *frame,
                                void *(*call)(void *, size_t, size_t), size_t n, size_t each) {
  struct recording_object old;
  if (p && __builtin_expect(filter_hit(p), 0) && next_is_early(p))
    return realloc_early(p, size, frame);
  bool recorded = p && __builtin_expect(filter_hit(p), 0) && record_take(p, &old, frame);
  if (__builtin_expect(wrong_free_watched, 0) && p && !recorded)
    wrong_free_check(p, frame);
  if (recorded)
    family_check(p, &old, FAMILY_REALLOC, frame);
  bool taken = size || !p ? take(size) : true; /* realloc(p, 0) allocates nothing that counts */
  void *moved = call(p, n, each);
  bool freed = p && (moved || !size);
  if (recorded && !freed)
    record_put_back(p, &old);
  else if (recorded)
    record_freed(&old);
  if (freed)
    count_free();
  return allocated(taken, moved, size, frame);
}

static void *call_realloc(void *p, size_t n, size_t each) {
  (void)each;
  return next.realloc(p, n);
}

static void *call_reallocarray(void *p, size_t n, size_t each) {
  return next.reallocarray(p, n, each);
}

EXPORT void *realloc(void *p, size_t size) {
  return reallocated(p, size, FRAME, call_realloc, size, 1);
}

EXPORT void *reallocarray(void *p, size_t n, size_t size) {
  size_t total;
  if (__builtin_mul_overflow(n, size, &total))
    return next.reallocarray(p, n, size);
  return reallocated(p, total, FRAME, call_reallocarray, n, size);
}

EXPORT size_t malloc_usable_size(void *p) {
  if (p && __builtin_expect(filter_hit(p), 0) && next_is_early(p))
    return next_early_size(p);
  return next.malloc_usable_size(p);
}
