// A library with RTLD_DEEPBIND calls libc's malloc and free: blocks of the program that it frees are not lost, those that only
// its own blocks point to are reachable, those that it made and the program frees are nothing wrong. The lost block stays lost.
// library: parts/deepbind_part.c
// flags: -ldl -pthread
// expect: definite=48/1 indirect=40/1 reachable=304/4
#include "case.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

static void *(*take)(size_t);
static void (*give_back)(void *), (*hold)(void *);
static void *volatile between[3];

/* Enough of each size for the cache of the thread, the fastbins and the other bins; and mapped ones. Some are joined with
 * their neighbours, or with the end of the heap. */
static void *freed_there(void *unused) {
  static const size_t sizes[] = {24, 100, 600, 5000, 300000};
  for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
    void *blocks[40];
    for (int k = 0; k < 40; k++)
      blocks[k] = get(sizes[i]);
    for (int k = 0; k < 40; k++)
      give_back(blocks[k * 7 % 40]);
    memset(blocks, 0, sizeof(blocks));
  }
  return unused;
}

static void freed_here(void) {
  for (int size = 10; size < 1000000; size *= 3)
    free(take(size));
}

static NOINLINE void lose(void) {
  void **p = get(48);
  *p = get(40);
  ESCAPE(p);
}

int main(int argc, char **argv) {
  char path[4096];
  pthread_t thread;
  (void)argc;
  snprintf(path, sizeof path, "%s.so", argv[0]);
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
  if (!library)
    _exit(9);
  take = (void *(*)(size_t))dlsym(library, "take");
  give_back = (void (*)(void *))dlsym(library, "give_back");
  hold = (void (*)(void *))dlsym(library, "hold");
  for (int i = 0; i < 3; i++) {
    between[i] = get(80);
    freed_there(0);
  }
  hold(get(64));
  freed_here();
  lose();
  pthread_create(&thread, 0, freed_there, 0);
  pthread_join(thread, 0);
  clean();
  return 0;
}
