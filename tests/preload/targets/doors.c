/* Calls every function by which one allocator gives out or takes blocks, other than the malloc
 * family: -DJEMALLOC, -DTCMALLOC, -DMIMALLOC or -DTOKENS says which. Prints what each function here must be
 * seen to have done: NAME alloc_objects alloc_bytes inuse_objects inuse_bytes. */
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOINLINE __attribute__((noinline))

static void say(const char *name, int objects, long bytes, int live) {
  printf("%s %d %ld %d %ld\n", name, objects, bytes, live, live ? bytes : 0);
}

/* by_NAME gives out a block of `bytes`. */
#define GIVES(name, bytes, call)                                                                   \
  NOINLINE void *by_##name(void) {                                                                 \
    return (void *)(call);                                                                         \
  }                                                                                                \
  __attribute__((constructor)) static void test_##name(void) {                                     \
    if (by_##name())                                                                               \
      say("by_" #name, 1, bytes, 1);                                                               \
    else                                                                                           \
      puts(#name " failed 0 0 0");                                                                 \
  }

/* for_NAME gives out a block of 320 bytes, which NAME frees. */
#define FREES(name, call)                                                                          \
  NOINLINE void *for_##name(void) {                                                                \
    return aligned_alloc(32, 320);                                                                 \
  }                                                                                                \
  __attribute__((constructor)) static void test_##name(void) {                                     \
    void *p = for_##name();                                                                        \
    call;                                                                                          \
    say("for_" #name, 1, 320, 0);                                                                  \
  }

/* from_NAME gives out a block of 320 bytes; by_NAME makes one of `bytes` of it. */
#define MOVES(name, bytes, call)                                                                   \
  NOINLINE void *from_##name(void) {                                                               \
    return aligned_alloc(32, 320);                                                                 \
  }                                                                                                \
  NOINLINE void *by_##name(void *p) {                                                              \
    return (void *)(call);                                                                         \
  }                                                                                                \
  __attribute__((constructor)) static void test_##name(void) {                                     \
    void *p = by_##name(from_##name());                                                            \
    say("from_" #name, 1, 320, 0);                                                                 \
    say(p ? "by_" #name : #name " failed", 1, bytes, 1);                                           \
  }

/* NAME must fail, and keep the block of 320 bytes that from_NAME gives out. */
#define KEEPS(name, failed)                                                                        \
  NOINLINE void *from_##name(void) {                                                               \
    return aligned_alloc(32, 320);                                                                 \
  }                                                                                                \
  __attribute__((constructor)) static void test_##name(void) {                                     \
    void *p = from_##name();                                                                       \
    say(failed ? "from_" #name : #name " succeeded", 1, 320, 1);                                   \
  }

enum { HUGE_SHIFT = 61 }; /* 2^61 elements of 8 bytes are more than a size_t holds */

static void *kept;

#if defined(JEMALLOC)
#define MALLOCX_ALIGN(bits) (bits)
#define MALLOCX_ZERO 0x40
#define MALLOCX_TCACHE_NONE 0x100
void *mallocx(size_t, int);
void *rallocx(void *, size_t, int);
size_t xallocx(void *, size_t, size_t, int);
size_t sallocx(const void *, int);
void dallocx(void *, int);
void sdallocx(void *, size_t, int);
size_t nallocx(size_t, int);

GIVES(mallocx, 1000, mallocx(1000, 0))
GIVES(mallocx_zero, 1001, mallocx(1001, MALLOCX_ZERO))
GIVES(mallocx_aligned, 1002, mallocx(1002, MALLOCX_ALIGN(12)))
GIVES(mallocx_uncached, 1003, mallocx(1003, MALLOCX_TCACHE_NONE))
GIVES(mallocx_1, 1, mallocx(1, 0))
GIVES(mallocx_large, 3000000, mallocx(3000000, 0))
FREES(dallocx, dallocx(p, 0))
FREES(sdallocx, sdallocx(p, 320, 0))
FREES(dallocx_uncached, dallocx(p, MALLOCX_TCACHE_NONE))
MOVES(rallocx, 5000, rallocx(p, 5000, 0))
MOVES(rallocx_in_place, 319, rallocx(p, 319, 0))
MOVES(rallocx_aligned, 700, rallocx(p, 700, MALLOCX_ALIGN(9) | MALLOCX_ZERO))
MOVES(xallocx_in_place, 310, xallocx(p, 310, 0, 0) >= 310 ? p : NULL)
KEEPS(xallocx_fails, xallocx(p, 10000, 0, 0) < 10000)
KEEPS(rallocx_fails, !rallocx(p, 1ul << HUGE_SHIFT, 0))
FREES(realloc_to_0, if (realloc(p, 0)) abort())
KEEPS(asking, sallocx(p, 0) >= 320 && nallocx(320, 0) >= 320)

#elif defined(TOKENS)
/* As clang calls them: with the token behind the arguments, or in the name. The allocator says which
 * it got. */
extern uintptr_t last_token;
static void *given(void *p, uintptr_t token) {
  return last_token == token ? p : NULL;
}

#define TOKEN_GIVES(name, parameters, bytes, ...)                                                  \
  void *__alloc_token_##name parameters;                                                           \
  void *__alloc_token_1_##name parameters;                                                         \
  GIVES(token_##name, bytes, given(__alloc_token_##name(__VA_ARGS__, 17), 17))                     \
  GIVES(token_1_##name, bytes, given(__alloc_token_1_##name(__VA_ARGS__, 17), 1))
TOKEN_GIVES(malloc, (size_t, uintptr_t), 1000, 1000)
TOKEN_GIVES(calloc, (size_t, size_t, uintptr_t), 1002, 2, 501)
TOKEN_GIVES(memalign, (size_t, size_t, uintptr_t), 1003, 64, 1003)
TOKEN_GIVES(aligned_alloc, (size_t, size_t, uintptr_t), 1004, 64, 1004)
TOKEN_GIVES(valloc, (size_t, uintptr_t), 1005, 1005)
TOKEN_GIVES(pvalloc, (size_t, uintptr_t), 1006, 1006)
TOKEN_GIVES(_Znwm, (size_t, uintptr_t), 1007, 1007)
TOKEN_GIVES(_Znam, (size_t, uintptr_t), 1008, 1008)
TOKEN_GIVES(_ZnwmRKSt9nothrow_t, (size_t, const void *, uintptr_t), 1009, 1009, "")
TOKEN_GIVES(_ZnamRKSt9nothrow_t, (size_t, const void *, uintptr_t), 1010, 1010, "")
TOKEN_GIVES(_ZnwmSt11align_val_t, (size_t, size_t, uintptr_t), 1011, 1011, 64)
TOKEN_GIVES(_ZnamSt11align_val_t, (size_t, size_t, uintptr_t), 1012, 1012, 64)
TOKEN_GIVES(_ZnwmSt11align_val_tRKSt9nothrow_t, (size_t, size_t, const void *, uintptr_t), 1013,
            1013, 64, "")
TOKEN_GIVES(_ZnamSt11align_val_tRKSt9nothrow_t, (size_t, size_t, const void *, uintptr_t), 1014,
            1014, 64, "")
void *__alloc_token_realloc(void *, size_t, uintptr_t);
void *__alloc_token_reallocarray(void *, size_t, size_t, uintptr_t);
int __alloc_token_posix_memalign(void **, size_t, size_t, uintptr_t);
MOVES(token_realloc, 5000, given(__alloc_token_realloc(p, 5000, 17), 17))
MOVES(token_reallocarray, 6000, given(__alloc_token_reallocarray(p, 2, 3000, 17), 17))
FREES(token_realloc_to_0, if (__alloc_token_realloc(p, 0, 17)) abort())
GIVES(token_realloc_of_null, 1015, given(__alloc_token_realloc(NULL, 1015, 17), 17))
GIVES(token_posix_memalign, 1016,
      given(__alloc_token_posix_memalign(&kept, 64, 1016, 17) ? NULL : kept, 17))

#elif defined(TCMALLOC)
#define TC_GIVES(name, parameters, bytes, ...)                                                     \
  void *tc_##name parameters;                                                                      \
  GIVES(tc_##name, bytes, tc_##name(__VA_ARGS__))
#define TC_FREES(name, parameters, ...)                                                            \
  void tc_##name parameters;                                                                       \
  FREES(tc_##name, tc_##name(p, ##__VA_ARGS__))
static const char nothrow[1];
TC_GIVES(malloc, (size_t), 1000, 1000)
TC_GIVES(malloc_skip_new_handler, (size_t), 1001, 1001)
TC_GIVES(calloc, (size_t, size_t), 1002, 2, 501)
TC_GIVES(memalign, (size_t, size_t), 1003, 64, 1003)
TC_GIVES(valloc, (size_t), 1004, 1004)
TC_GIVES(pvalloc, (size_t), 1005, 1005)
TC_GIVES(new, (size_t), 1006, 1006)
TC_GIVES(newarray, (size_t), 1007, 1007)
TC_GIVES(new_nothrow, (size_t, const void *), 1008, 1008, nothrow)
TC_GIVES(newarray_nothrow, (size_t, const void *), 1009, 1009, nothrow)
TC_GIVES(new_aligned, (size_t, size_t), 1010, 1010, 64)
TC_GIVES(newarray_aligned, (size_t, size_t), 1011, 1011, 64)
TC_GIVES(new_aligned_nothrow, (size_t, size_t, const void *), 1012, 1012, 64, nothrow)
TC_GIVES(newarray_aligned_nothrow, (size_t, size_t, const void *), 1013, 1013, 64, nothrow)
TC_FREES(free, (void *))
TC_FREES(cfree, (void *))
TC_FREES(free_sized, (void *, size_t), 320)
TC_FREES(delete, (void *))
TC_FREES(deletearray, (void *))
TC_FREES(delete_sized, (void *, size_t), 320)
TC_FREES(deletearray_sized, (void *, size_t), 320)
TC_FREES(delete_nothrow, (void *, const void *), nothrow)
TC_FREES(deletearray_nothrow, (void *, const void *), nothrow)
TC_FREES(delete_aligned, (void *, size_t), 32)
TC_FREES(deletearray_aligned, (void *, size_t), 32)
TC_FREES(delete_sized_aligned, (void *, size_t, size_t), 320, 32)
TC_FREES(deletearray_sized_aligned, (void *, size_t, size_t), 320, 32)
TC_FREES(delete_aligned_nothrow, (void *, size_t, const void *), 32, nothrow)
TC_FREES(deletearray_aligned_nothrow, (void *, size_t, const void *), 32, nothrow)
void *tc_realloc(void *, size_t);
int tc_posix_memalign(void **, size_t, size_t);
MOVES(tc_realloc, 5000, tc_realloc(p, 5000))
FREES(tc_realloc_to_0, tc_realloc(p, 0))
GIVES(tc_realloc_of_null, 1014, tc_realloc(NULL, 1014))
KEEPS(tc_realloc_fails, !tc_realloc(p, 1ul << HUGE_SHIFT))
GIVES(tc_posix_memalign, 1015, (tc_posix_memalign(&kept, 64, 1015) ? NULL : kept))

#elif defined(MIMALLOC)
#include <mimalloc.h>
#define HEAP mi_heap_get_default()
#define BOTH_GIVE(name, bytes, ...)                                                                \
  GIVES(mi_##name, bytes, mi_##name(__VA_ARGS__))                                                  \
  GIVES(mi_heap_##name, bytes, mi_heap_##name(HEAP, __VA_ARGS__))
#define BOTH_MOVE(name, bytes, ...)                                                                \
  MOVES(mi_##name, bytes, mi_##name(p, __VA_ARGS__))                                               \
  MOVES(mi_heap_##name, bytes, mi_heap_##name(HEAP, p, __VA_ARGS__))

BOTH_GIVE(malloc, 1000, 1000)
BOTH_GIVE(zalloc, 1001, 1001)
BOTH_GIVE(malloc_small, 102, 102)
GIVES(mi_zalloc_small, 103, mi_zalloc_small(103))
BOTH_GIVE(calloc, 1004, 2, 502)
BOTH_GIVE(mallocn, 1005, 3, 335)
BOTH_GIVE(malloc_aligned, 1006, 1006, 64)
BOTH_GIVE(malloc_aligned_at, 1007, 1007, 64, 8)
BOTH_GIVE(zalloc_aligned, 1008, 1008, 64)
BOTH_GIVE(zalloc_aligned_at, 1009, 1009, 64, 8)
BOTH_GIVE(calloc_aligned, 1010, 2, 505, 64)
BOTH_GIVE(calloc_aligned_at, 1011, 3, 337, 64, 8)
GIVES(mi_memalign, 1012, mi_memalign(64, 1012))
GIVES(mi_aligned_alloc, 1024, mi_aligned_alloc(64, 1024))
GIVES(mi_valloc, 1013, mi_valloc(1013))
GIVES(mi_pvalloc, 1014, mi_pvalloc(1014))
GIVES(mi_new, 1015, mi_new(1015))
GIVES(mi_new_nothrow, 1016, mi_new_nothrow(1016))
GIVES(mi_new_aligned, 1017, mi_new_aligned(1017, 64))
GIVES(mi_new_aligned_nothrow, 1018, mi_new_aligned_nothrow(1018, 64))
GIVES(mi_new_n, 1020, mi_new_n(2, 510))
GIVES(mi_heap_alloc_new, 1021, mi_heap_alloc_new(HEAP, 1021))
GIVES(mi_heap_alloc_new_n, 1022, mi_heap_alloc_new_n(HEAP, 2, 511))
GIVES(mi_large, 3000000, mi_malloc(3000000))
GIVES(mi_huge_alignment, 70000, mi_malloc_aligned(70000, 1 << 16))
BOTH_GIVE(strdup, 7, "sixsix")
BOTH_GIVE(strndup, 4, "sixsix", 3)
GIVES(mi_mbsdup, 7, mi_mbsdup((const unsigned char *)"sixsix"))
GIVES(mi_wcsdup, 6, mi_wcsdup((const unsigned short[]){'a', 'b', 0}))
GIVES(mi_realpath, 2, mi_realpath("/", NULL))
GIVES(mi_heap_realpath, 2, mi_heap_realpath(HEAP, "/", NULL))
GIVES(mi_dupenv_s, 5, mi_dupenv_s((char **)&kept, NULL, "FOUR") ? NULL : kept)
GIVES(mi_posix_memalign, 1023, mi_posix_memalign(&kept, 64, 1023) ? NULL : kept)
FREES(mi_free, mi_free(p))
FREES(mi_cfree, mi_cfree(p))
FREES(mi_free_size, mi_free_size(p, 320))
FREES(mi_free_aligned, mi_free_aligned(p, 32))
FREES(mi_free_size_aligned, mi_free_size_aligned(p, 320, 32))
BOTH_MOVE(realloc, 5000, 5000)
BOTH_MOVE(reallocf, 5001, 5001)
BOTH_MOVE(rezalloc, 5002, 5002)
BOTH_MOVE(reallocn, 5004, 2, 2502)
BOTH_MOVE(recalloc, 5006, 2, 2503)
BOTH_MOVE(realloc_aligned, 5007, 5007, 64)
BOTH_MOVE(realloc_aligned_at, 5008, 5008, 64, 8)
BOTH_MOVE(rezalloc_aligned, 5009, 5009, 64)
BOTH_MOVE(rezalloc_aligned_at, 5010, 5010, 64, 8)
BOTH_MOVE(recalloc_aligned, 5012, 2, 2506, 64)
BOTH_MOVE(recalloc_aligned_at, 5014, 2, 2507, 64, 8)
MOVES(mi_reallocarray, 5016, mi_reallocarray(p, 2, 2508))
MOVES(mi_reallocarr, 5018, (kept = p, mi_reallocarr(&kept, 2, 2509) ? NULL : kept))
MOVES(mi_aligned_recalloc, 5020, mi_aligned_recalloc(p, 2, 2510, 64))
MOVES(mi_aligned_offset_recalloc, 5022, mi_aligned_offset_recalloc(p, 2, 2511, 64, 8))
MOVES(mi_new_realloc, 5023, mi_new_realloc(p, 5023))
MOVES(mi_new_reallocn, 5024, mi_new_reallocn(p, 2, 2512))
MOVES(mi_realloc_in_place, 319, mi_realloc(p, 319))
MOVES(mi_expand, 318, mi_expand(p, 318))
MOVES(realloc_to_0, 0, realloc(p, 0))
MOVES(mi_realloc_to_0, 0, mi_realloc(p, 0))
KEEPS(mi_expand_fails, !mi_expand(p, 100000))
KEEPS(mi_realloc_fails, !mi_realloc(p, 1ul << HUGE_SHIFT))
KEEPS(mi_reallocn_fails, !mi_reallocn(p, 1ul << HUGE_SHIFT, 8))
FREES(mi_reallocf_fails, if (mi_reallocf(p, 1ul << HUGE_SHIFT)) abort())

NOINLINE void *in_a_heap_100(mi_heap_t *heap) {
  return mi_heap_malloc(heap, 100);
}
__attribute__((constructor)) static void test_destroy(void) {
  mi_heap_t *heap = mi_heap_new();
  for (int i = 0; i < 1000; i++)
    in_a_heap_100(heap);
  mi_heap_destroy(heap);
  say("in_a_heap_100", 1000, 100000, 0);
}
#endif

int main(void) {
  return 0;
}
