/* Writes a symbol cache file with wrong numbers and a right checksum, as someone would who wants to
 * crash its reader: forge GOOD SEED. The layout is that of symbol/cache_format.c: the checksum is
 * bytes 8 to 15 and covers the rest. */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER = 64, CHECKSUM = 8, CHECKED = 16, MAX = 1 << 20 };

static unsigned char bytes[MAX];

int main(int argc, char **argv) {
  FILE *in = argc == 3 ? fopen(argv[1], "rb") : NULL;
  size_t n = in ? fread(bytes, 1, MAX, in) : 0;
  if (n < HEADER)
    return 2;
  fclose(in);
  unsigned seed = (unsigned)atoi(argv[2]);
  srand(seed);
  static const unsigned values[] = {0,          1,          0x7f,       0xffff,
                                    0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffe};
  /* Half of them damage the header, where the counts are; the rest anything. */
  size_t range = seed % 2 ? HEADER - 20 : n - 24;
  for (int i = 0; i < 1 + rand() % 3; i++)
    memcpy(bytes + 20 + (size_t)rand() % range / 4 * 4, &values[(size_t)rand() % 8], 4);
  XXH64_hash_t sum = XXH3_64bits(bytes + CHECKED, n - CHECKED);
  memcpy(bytes + CHECKSUM, &sum, sizeof(sum));
  return fwrite(bytes, 1, n, stdout) != n;
}
