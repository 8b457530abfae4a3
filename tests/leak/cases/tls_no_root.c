// flags: -pthread -ldl
// library: parts/tls_part.c
// expect --roots=stacks,registers,globals,mmap: definite=64/1
// expect: reachable=64/1
/* Without thread-local storage as a root, glibc's own blocks for it (the vectors, the storage of
 * libraries that were opened) are still no leaks, though what the program keeps there is one. */
#include "case.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

static char *(*storage_of)(void);
static pthread_barrier_t ready;

static NOINLINE void keep(void) {
  *(void **)storage_of() = get(64);
}

static void *work(void *unused) {
  keep();
  clean();
  pthread_barrier_wait(&ready);
  pause();
  return unused;
}

int main(int argc, char **argv) {
  char path[4096];
  pthread_t thread;
  snprintf(path, sizeof(path), "%s.so", argv[0]);
  storage_of = (char *(*)(void))dlsym(dlopen(path, RTLD_NOW), "storage_of");
  pthread_barrier_init(&ready, NULL, 2);
  pthread_create(&thread, NULL, work, NULL);
  pthread_barrier_wait(&ready);
  clean();
  return 0;
}
