/* The program that the recipes test: it fills a basket and empties it. Built with -DLEAK it loses what was in it, with
 * -DGREEDY it takes twice the memory. */
#include <stdlib.h>
#include <string.h>

struct basket {
  char *items[100];
};

#ifdef GREEDY
enum { ITEM = 2000 };
#else
enum { ITEM = 1000 };
#endif

__attribute__((noinline)) static void fill_basket(struct basket *basket) {
  for (int i = 0; i < 100; i++) {
    basket->items[i] = malloc(ITEM);
    if (!basket->items[i])
      abort();
    memset(basket->items[i], i, ITEM);
  }
}

__attribute__((noinline)) static void empty_basket(struct basket *basket) {
  for (int i = 0; i < 100; i++) {
#ifndef LEAK
    free(basket->items[i]);
#endif
    basket->items[i] = NULL;
  }
}

int main(void) {
  struct basket basket;
  fill_basket(&basket);
  empty_basket(&basket);
  return 0;
}
