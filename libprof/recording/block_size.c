#include "recording/block_size.h"

#include <stddef.h>
#include <string.h>

#define KIB 1024ull
#define MIB (1024 * KIB)
#define MMAP_THRESHOLD (128 * KIB) /* glibc: larger blocks get a mapping of their own */

static uint64_t round_up(uint64_t n, uint64_t to) {
  return (n + to - 1) / to * to;
}

/* request2size and sysmalloc_mmap of glibc's allocator. */
static uint64_t glibc_size(uint64_t size) {
  if (size >= MMAP_THRESHOLD)
    return round_up(size + 16, 4 * KIB);
  return size <= 24 ? 32 : round_up(size + 8, 16);
}

/* 8, multiples of 16 up to 128, then four classes to each doubling: jemalloc's size classes, and
 * mimalloc's bins. */
static uint64_t quarter_size(uint64_t size) {
  if (size <= 8)
    return 8;
  if (size <= 128)
    return round_up(size, 16);
  unsigned log = 63 - (unsigned)__builtin_clzll(size - 1);
  return round_up(size, 1ull << (log - 2));
}

/* From 128 KiB on segments' slices, then what a segment of its own is rounded to. */
static uint64_t mimalloc_size(uint64_t size) {
  return size <= 128 * KIB   ? quarter_size(size)
         : size <= 512 * KIB ? round_up(size, 64 * KIB)
         : size <= 8 * MIB   ? round_up(size, 512 * KIB)
         : size <= 32 * MIB  ? round_up(size, MIB)
                             : round_up(size, 4 * MIB);
}

/* SizeMap::Init chooses these so that little of a span is wasted, and drops classes of which a span
 * holds as many as of the next one. */
static uint64_t tcmalloc_size(uint64_t size) {
  static const uint16_t sizes[] = {
      8,    16,   32,   48,   64,   80,   96,   112,   128,   144,   160,   176,   192,   208,
      224,  240,  256,  288,  320,  352,  384,  416,   448,   480,   512,   576,   640,   704,
      768,  896,  1024, 1152, 1280, 1408, 1536, 1792,  2048,  2304,  2560,  2816,  3072,  3328,
      4096, 4608, 5120, 6144, 6656, 8192, 9216, 10240, 12288, 13312, 16384, 20480, 24576, 26624};
  for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
    if (size <= sizes[i])
      return sizes[i];
  return round_up(size, 8 * KIB);
}

uint64_t block_size(const char *allocator, uint64_t size) {
  if (size >= 1ull << 62)
    return size;
  return !strcmp(allocator, "glibc")      ? glibc_size(size)
         : !strcmp(allocator, "tcmalloc") ? tcmalloc_size(size)
         : !strcmp(allocator, "mimalloc") ? mimalloc_size(size)
                                          : quarter_size(size);
}
