/* leak_cost KIND N: what a leak check is timed on.
 *
 *   nothing        ends at once
 *   lose           loses a block
 *   blocks N       N blocks of 16 to 79 bytes, half of them in lists that a global holds, half
 * known by a table; none is lost bytes N        N MiB of memory without a pointer, in blocks of 1
 * MiB pointers N     N MiB of blocks of 4 KiB that hold nothing but pointers to one another
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct node {
  struct node *next;
  uint64_t number;
};

struct node *head; /* not static: the compiler must keep them */
void **table;

static __attribute__((noinline)) void *get(size_t size) {
  void *p = malloc(size);
  if (!p)
    abort();
  return p;
}

static void make_blocks(size_t n) {
  table = get(n / 2 * sizeof(*table));
  for (size_t i = 0; i < n / 2; i++) {
    struct node *node = get(16 + i % 64);
    *node = (struct node){head, i};
    head = node;
    table[i] = get(16 + i * 7 % 64);
    memset(table[i], 1, 16);
  }
}

static void make_bytes(size_t n) {
  table = get(n * sizeof(*table));
  for (size_t i = 0; i < n; i++)
    memset(table[i] = get(1 << 20), 1, 1 << 20);
}

/* Far apart and in no order, as a graph's are. */
static void make_pointers(size_t n) {
  enum { EACH = 4096 / sizeof(void *) };
  size_t count = n * 256;
  uint32_t r = 1;
  table = get(count * sizeof(*table));
  for (size_t i = 0; i < count; i++)
    table[i] = get(4096);
  for (size_t i = 0; i < count; i++)
    for (size_t k = 0; k < EACH; k++)
      ((void **)table[i])[k] = table[(r = r * 1664525 + 1013904223) % count];
}

int main(int argc, char **argv) {
  size_t n = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
  if (argc > 1 && !strcmp(argv[1], "blocks"))
    make_blocks(n);
  else if (argc > 1 && !strcmp(argv[1], "bytes"))
    make_bytes(n);
  else if (argc > 1 && !strcmp(argv[1], "pointers"))
    make_pointers(n);
  else if (argc > 1 && !strcmp(argv[1], "lose"))
    get(100);
  else if (argc != 2 || strcmp(argv[1], "nothing"))
    return 2;
  return 0;
}
