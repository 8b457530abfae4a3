/* Objects whose lives are known: `lives ROUNDS`. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define FAR __attribute__((noinline))
#define KEEP(p) __asm__ volatile("" : : "r"(p) : "memory")

static char *kept[1 << 16], *replaced;

/* Freed before anything else is allocated. */
FAR static void temporary(void) {
  char *p = malloc(101);
  KEEP(p);
  free(p);
  __asm__ volatile(""); /* the call of free is no jump */
}

/* The thread allocates three times while it lives. */
FAR static void with_three(void) {
  char *p = malloc(202);
  for (int i = 0; i < 3; i++)
    temporary();
  KEEP(p);
  free(p);
  __asm__ volatile("");
}

/* Freed by the next call. */
FAR static void replace(void) {
  free(replaced);
  replaced = malloc(303);
  KEEP(replaced);
}

/* Allocated by one function, freed by another, below this one. */
FAR static char *make(void) {
  char *p = malloc(404);
  KEEP(p);
  return p;
}
FAR static void destroy(char *p) {
  free(p);
  __asm__ volatile("");
}
FAR static void around(void) {
  char *p = make();
  destroy(p);
  __asm__ volatile("");
}

FAR static void keep(long i) {
  kept[i] = malloc(505);
  KEEP(kept[i]);
}

/* Grown once: realloc moves it, because a block stands behind it. */
FAR static void grow(void) {
  char *p = malloc(606), *behind = malloc(16);
  KEEP(behind);
  p = realloc(p, 60600);
  KEEP(p);
  free(p);
  free(behind);
}

FAR static void *free_it(void *p) {
  free(p);
  return NULL;
}
FAR static void hand_over(void) {
  pthread_t thread;
  char *p = malloc(707);
  pthread_create(&thread, NULL, free_it, p);
  pthread_join(thread, NULL);
}

/* One in four lives until all are made. */
FAR static void mixed(long i) {
  char *p = malloc(808);
  KEEP(p);
  if (i % 4)
    free(p);
  else
    kept[1 << 15 | i] = p;
}

int main(int argc, char **argv) {
  long rounds = argc > 1 ? atol(argv[1]) : 1000;
  for (long i = 0; i < rounds; i++) {
    temporary();
    with_three();
    replace();
    around();
    keep(i);
    grow();
    mixed(i);
  }
  for (int i = 0; i < 20; i++)
    hand_over();
  for (long i = 0; i < rounds; i += 4)
    free(kept[1 << 15 | i]);
  return 0;
}
