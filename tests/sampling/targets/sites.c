/* Allocates at sites of known sizes, each in a function of its own name.
 *
 * sites NAME:COUNT:KEEP...: COUNT allocations at each site; every KEEP-th block stays live (0: none
 * does), the others are freed at once. The sites take turns in rounds, so that each meets every
 * sampling rate that the run goes through. Blocks are not touched: a block of 64 MiB costs nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SITE(name, size)                                                                           \
  __attribute__((noinline)) static void *name(void) {                                              \
    return malloc(size);                                                                           \
  }

SITE(size_0, 0)
SITE(size_1, 1)
SITE(size_16, 16)
SITE(size_100, 100)
SITE(size_4k, 4 << 10)
SITE(size_64k, 64 << 10)
SITE(size_1m, 1 << 20)
SITE(size_64m, 64 << 20)

/* One site of two very different sizes. */
__attribute__((noinline)) static void *size_1_or_60k(void) {
  static unsigned n;
  return malloc(n++ % 2 ? 60 << 10 : 1);
}

/* One site of sizes that share a size class (128 to 159 bytes). */
__attribute__((noinline)) static void *size_128_or_159(void) {
  static unsigned n;
  return malloc(n++ % 2 ? 159 : 128);
}

static const struct {
  const char *name;
  void *(*allocate)(void);
} known[] = {{"size_0", size_0},
             {"size_1", size_1},
             {"size_16", size_16},
             {"size_100", size_100},
             {"size_4k", size_4k},
             {"size_64k", size_64k},
             {"size_1m", size_1m},
             {"size_64m", size_64m},
             {"size_1_or_60k", size_1_or_60k},
             {"size_128_or_159", size_128_or_159}};

enum { ROUNDS = 50, MOST = 16 };

struct site {
  void *(*allocate)(void);
  long count, keep, done;
};

static int parse(const char *argument, struct site *site) {
  char name[32];
  if (sscanf(argument, "%31[^:]:%ld:%ld", name, &site->count, &site->keep) != 3)
    return 0;
  for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
    if (!strcmp(name, known[i].name))
      site->allocate = known[i].allocate;
  return site->allocate != NULL;
}

static void *volatile sink;

static void allocate_until(struct site *site, long until) {
  for (; site->done < until; site->done++) {
    sink = site->allocate();
    if (!site->keep || site->done % site->keep)
      free(sink);
  }
}

int main(int argc, char **argv) {
  static struct site sites[MOST];
  for (int i = 1; i < argc; i++)
    if (i > MOST || !parse(argv[i], &sites[i - 1])) {
      fprintf(stderr, "sites: cannot read %s\n", argv[i]);
      return 2;
    }
  for (long round = 1; round <= ROUNDS; round++)
    for (int i = 0; i < argc - 1; i++)
      allocate_until(&sites[i], sites[i].count * round / ROUNDS);
  return 0;
}
