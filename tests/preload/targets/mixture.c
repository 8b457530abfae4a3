/* Allocates from 1 byte to 64 MiB, mixed, and keeps nothing: 40 rounds of each site's N calls. */
#include <stdlib.h>

#define SITE(name, size)                                                                           \
  __attribute__((noinline)) static void name(void) {                                               \
    free(malloc(size));                                                                            \
  }

SITE(site_1, 1)
SITE(site_100, 100)
SITE(site_4000, 4000)
SITE(site_100000, 100000)
SITE(site_1000000, 1000000)
SITE(site_64MiB, 64 << 20)

static void repeat(void (*site)(void), int n) {
  for (int i = 0; i < n; i++)
    site();
}

int main(void) {
  for (int round = 0; round < 40; round++) {
    repeat(site_1, 25000);
    repeat(site_100, 2500);
    repeat(site_4000, 50);
    repeat(site_100000, 2);
    repeat(site_1000000, 1);
    if (round % 20 == 7)
      site_64MiB();
  }
  return 0;
}
