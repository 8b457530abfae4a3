/* The malloc family, in front of the next allocator's.
 *
 * The unsampled path of malloc and free is all that most calls ever run: a count and a subtraction
 * in the thread's ledger, a branch, then a jump. Every function keeps what its namesake promises:
 * results, errors and errno come from the next allocator untouched. The shim records after an
 * allocation has succeeded, and before a free is carried out: another thread may be given the block
 * the moment it is free. */
#include "shim/hooks/block.h"

#include <malloc.h>
#include <stdlib.h>

#define EXPORT __attribute__((visibility("default")))
#define COLD __attribute__((noinline, cold))
#define FRAME __builtin_frame_address(0)

/* In exact mode all calls come here. */
static __attribute__((noinline)) void *malloc_sampled(size_t size, struct ledger_payment paid) {
  ledger_refund(size, paid);
  void *p = next.malloc(size);
  if (p && !exact_again(p, size, FRAME))
    record_anew(p, size, FRAME);
  return p;
}

EXPORT void *malloc(size_t size) {
  struct ledger_payment paid;
  return ledger_spend(size, &paid) ? next.malloc(size) : malloc_sampled(size, paid);
}

static __attribute__((noinline)) void free_recorded(void *p) {
  /* The allocator's word before the block is fetched while the shim looks at its own. */
  __builtin_prefetch((char *)p - 16, 1);
  if (exact_free(p, FRAME) || wide_free(p, FRAME) || free_slowly(p, FRAME))
    next.free(p);
}

EXPORT void free(void *p) {
  if (__builtin_expect(filter_hit(p), 0)) {
    free_recorded(p);
    return;
  }
  ledger_count_free();
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

static COLD void *calloc_sampled(size_t n, size_t size, struct ledger_payment paid) {
  ledger_refund(n * size, paid);
  return record_if_given(next.calloc(n, size), n * size, FRAME);
}

EXPORT void *calloc(size_t n, size_t size) {
  size_t total;
  struct ledger_payment paid;
  if (__builtin_mul_overflow(n, size, &total))
    return next.calloc(n, size); /* fails, its own way */
  return ledger_spend(total, &paid) ? next.calloc(n, size) : calloc_sampled(n, size, paid);
}

EXPORT void *memalign(size_t alignment, size_t size) {
  bool paid = ledger_try_spend(size);
  void *p = next.memalign(alignment, size);
  return paid ? p : record_if_given(p, size, FRAME);
}

EXPORT void *aligned_alloc(size_t alignment, size_t size) {
  bool paid = ledger_try_spend(size);
  void *p = next.aligned_alloc(alignment, size);
  return paid ? p : record_if_given(p, size, FRAME);
}

EXPORT void *valloc(size_t size) {
  bool paid = ledger_try_spend(size);
  void *p = next.valloc(size);
  return paid ? p : record_if_given(p, size, FRAME);
}

EXPORT void *pvalloc(size_t size) {
  bool paid = ledger_try_spend(size);
  void *p = next.pvalloc(size);
  return paid ? p : record_if_given(p, size, FRAME);
}

EXPORT int posix_memalign(void **ret, size_t alignment, size_t size) {
  bool paid = ledger_try_spend(size);
  int error = next.posix_memalign(ret, alignment, size);
  if (!error && !paid)
    record_if_given(*ret, size, FRAME);
  return error;
}

/* A block of the early arena moves to the next allocator. */
static COLD void *realloc_early(void *p, size_t size, const void *frame) {
  bool paid = ledger_try_spend(size);
  void *moved = next.malloc(size);
  if (!paid)
    record_if_given(moved, size, frame);
  size_t old = next_early_size(p);
  if (moved)
    __builtin_memcpy(moved, p, old < size ? old : size);
  return moved;
}

/* A realloc is a free and an allocation at its caller. The old block's entry is taken out first:
 * another thread may get its address before realloc returns. If realloc fails the block is still
 * there, except for size 0, where NULL says that it was freed, and nothing that counts was
 * allocated. mimalloc gives a block for size 0, which counts. */
static inline __attribute__((always_inline)) void *
reallocated(void *p, size_t size, const void *frame, void *(*call)(void *, size_t, size_t),
            size_t n, size_t each) {
  struct recording_object old;
  if (p && __builtin_expect(filter_hit(p), 0) && next_is_early(p))
    return realloc_early(p, size, frame);
  bool recorded = realloc_take(p, frame, &old);
  bool allocates = size || !p, paid = allocates && ledger_try_spend(size);
  void *moved = call(p, n, each);
  struct reallocated result = {moved, size, p && (moved || !size), recorded};
  realloc_settle(p, &result, &old);
  if (moved && !allocates)
    paid = ledger_try_spend(size);
  return paid ? moved : record_if_given(moved, size, frame);
}

static void *call_realloc(void *p, size_t n, size_t each) {
  (void)each;
  return next.realloc(p, n);
}

static void *call_reallocarray(void *p, size_t n, size_t each) {
  return next.reallocarray(p, n, each);
}

static __attribute__((noinline)) void *realloc_slowly(void *p, size_t size) {
  struct exact_taken taken;
  if (!size || !exact_take(p, &taken))
    return reallocated(p, size, FRAME, call_realloc, size, 1);
  void *moved = next.realloc(p, size);
  if (moved)
    exact_moved(&taken, moved, size, FRAME);
  else
    exact_put_back(&taken);
  return moved;
}

static COLD void *realloc_sampled(void *p, size_t size, struct ledger_payment paid) {
  ledger_refund(size, paid);
  return reallocated(p, size, FRAME, call_realloc, size, 1);
}

/* The short way is for a block that is not recorded and a result that is not sampled. NULL goes the
 * long way, because its filter counter is pinned. */
EXPORT void *realloc(void *p, size_t size) {
  struct ledger_payment paid;
  if (__builtin_expect(!size || filter_hit(p), 0))
    return realloc_slowly(p, size);
  if (!ledger_spend(size, &paid))
    return realloc_sampled(p, size, paid);
  void *moved = next.realloc(p, size);
  if (__builtin_expect(moved != NULL, 1))
    ledger_count_free();
  return moved;
}

EXPORT void *reallocarray(void *p, size_t n, size_t size) {
  size_t total;
  if (__builtin_mul_overflow(n, size, &total))
    return next.reallocarray(p, n, size);
  return reallocated(p, total, FRAME, call_reallocarray, n, size);
}

EXPORT size_t malloc_usable_size(void *p) {
  return __builtin_expect(next_is_early(p), 0) ? next_early_size(p) : next.malloc_usable_size(p);
}
