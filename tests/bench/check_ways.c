/* Ways to look at the places that a stack of 40 frames rests on (shim/walk/last_walk.h), apart from
 * all else: ns for all of them, the least of 40 runs by turns. Prints a line a way. The shim's own
 * way is the first; tests/bench/NOTES.md says why the others are not. */
#include "micro.h"
#include "shim/walk/last_walk.h"

#include <immintrin.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

enum { PLACES = 40, BATCHES = PLACES / CHECK_BATCH, RUNS = 40, TIMES = 200000, STACK_BYTES = 8192 };

static struct walk_checks checks; /* outermost first */
/* Each place once more as a distance from the innermost of its batch: frames of a page are near. */
static const char *innermost[BATCHES];
static _Alignas(16) uint16_t distance16[PLACES];
static _Alignas(32) uint32_t distance32[PLACES];
static _Alignas(32) uint64_t value[PLACES];

static bool batch_by_batch(void) {
  return walk_checks_hold(&checks, PLACES);
}

static bool one_by_one(void) {
  for (int i = PLACES; i-- > 0;)
    if (*checks.address[i] != checks.value[i])
      return false;
  return true;
}

static inline __m128i two_near(const char *base, uint64_t distances, const uint64_t *wanted) {
  __m128d now = _mm_loadh_pd(_mm_load_sd((const double *)(base + (uint16_t)distances)),
                             (const double *)(base + (uint16_t)(distances >> 16)));
  return _mm_cmpeq_epi32(_mm_castpd_si128(now), *(const __m128i *)wanted);
}

/* One load brings four addresses instead of one. */
static bool by_near_distances(void) {
  for (int i = BATCHES; i-- > 0;) {
    const uint64_t *four = (const uint64_t *)(distance16 + (ptrdiff_t)i * CHECK_BATCH);
    const uint64_t *wanted = value + (ptrdiff_t)i * CHECK_BATCH;
    __m128i first = _mm_and_si128(two_near(innermost[i], four[0], wanted),
                                  two_near(innermost[i], four[0] >> 32, wanted + 2));
    __m128i last = _mm_and_si128(two_near(innermost[i], four[1], wanted + 4),
                                 two_near(innermost[i], four[1] >> 32, wanted + 6));
    if (_mm_movemask_epi8(_mm_and_si128(first, last)) != 0xffff)
      return false;
  }
  return true;
}

/* AVX2's load of four places in one instruction. */
__attribute__((target("avx2"))) static bool by_gathering(void) {
  for (int i = BATCHES; i-- > 0;) {
    const long long *base = (const long long *)innermost[i];
    const __m128i *four = (const __m128i *)(distance32 + (ptrdiff_t)i * CHECK_BATCH);
    const __m256i *wanted = (const __m256i *)(value + (ptrdiff_t)i * CHECK_BATCH);
    __m256i first = _mm256_cmpeq_epi64(_mm256_i32gather_epi64(base, four[0], 1), wanted[0]);
    __m256i last = _mm256_cmpeq_epi64(_mm256_i32gather_epi64(base, four[1], 1), wanted[1]);
    if (_mm256_movemask_epi8(_mm256_and_si256(first, last)) != -1)
      return false;
  }
  return true;
}

/* A stack of frames of 24 to 72 bytes on two pages; no batch lies on both. */
static void make_stack(void) {
  uint64_t *stack = aligned_alloc(4096, STACK_BYTES), random = 88172645463325252;
  size_t at = 0;
  for (int i = PLACES; i-- > 0;) {
    at += 3 + random_step(&random) % 7;
    stack[at] = value[i] = checks.value[i] = random_step(&random);
    checks.address[i] = stack + at;
  }
  for (int i = 0; i < PLACES; i++) {
    innermost[i / CHECK_BATCH] = (const char *)checks.address[i | (CHECK_BATCH - 1)];
    distance32[i] = (uint32_t)((const char *)checks.address[i] - innermost[i / CHECK_BATCH]);
    distance16[i] = (uint16_t)distance32[i];
  }
}

int main(void) {
  static const struct {
    const char *name;
    bool (*holds)(void);
  } ways[] = {{"two at a time, eight to a branch", batch_by_batch},
              {"the same, addresses as distances of 16 bits", by_near_distances},
              {"four at a time, by AVX2's gather", by_gathering},
              {"one by one", one_by_one}};
  enum { WAYS = sizeof(ways) / sizeof(*ways) };
  uint64_t least[WAYS] = {0};
  make_stack();
  for (int run = 0; run < RUNS; run++)
    for (int way = 0; way < WAYS; way++) {
      if (ways[way].holds == by_gathering && !__builtin_cpu_supports("avx2"))
        continue;
      uint64_t start = cpu_now(CLOCK_THREAD_CPUTIME_ID);
      for (int i = 0; i < TIMES; i++) {
        if (!ways[way].holds())
          return 1;
        __asm__ volatile("" : : : "memory");
      }
      uint64_t ns = cpu_now(CLOCK_THREAD_CPUTIME_ID) - start;
      least[way] = least[way] && least[way] < ns ? least[way] : ns;
    }
  for (int way = 0; way < WAYS; way++)
    printf("%5.2f ns  %s\n", (double)least[way] / TIMES, ways[way].name);
  return 0;
}
