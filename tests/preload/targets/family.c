/* family [ANYTHING]: prints what each function of the malloc family answers at its edges: the same
 * with and without memprof. */
#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile size_t huge = SIZE_MAX; /* the compiler must not know */

static void show_call(const char *what, void *p) {
  printf("%s: %s errno %d\n", what, p ? "block" : "NULL", errno);
  errno = 77;
}

__attribute__((noinline)) static void *kept_500_after_failures(void) {
  return malloc(500);
}

static void sizes(void) {
  void *p;
  errno = 77;
  show_call("malloc 0", p = malloc(0)), free(p);
  show_call("calloc 0", p = calloc(0, 9)), free(p);
  show_call("malloc max", malloc(huge));
  show_call("malloc ptrdiff", malloc(huge / 2 + 1));
  show_call("calloc overflow", calloc(huge / 2, 3));
  show_call("calloc max", calloc(huge, 1));
  show_call("reallocarray overflow", reallocarray(NULL, huge / 2, 3));
  show_call("memalign max", memalign(64, huge - 100));
  show_call("aligned_alloc max", aligned_alloc(64, huge - 100));
  show_call("valloc max", valloc(huge - 5000));
  show_call("pvalloc max", pvalloc(huge - 5000));
  show_call("memalign 0", p = memalign(64, 0)), free(p);
  show_call("free NULL", (free(NULL), NULL));
  p = malloc(10);
  errno = 55;
  free(p);
  printf("errno after free: %d\n", errno);
}

static void alignments(int with_pvalloc) {
  void *p = (void *)1;
  printf("posix_memalign of 3: %d, pointer %s\n", posix_memalign(&p, 3, 10),
         p == (void *)1 ? "kept" : "changed");
  printf("posix_memalign of 4: %d\n", posix_memalign(&p, 4, 10));
  printf("posix_memalign max: %d, pointer %s\n", posix_memalign(&p, 64, huge - 100),
         p == (void *)1 ? "kept" : "changed");
  errno = 77;
  int error = posix_memalign(&p, 4096, 10);
  printf("posix_memalign: %d, aligned %d, errno %d\n", error, (uintptr_t)p % 4096 == 0, errno);
  free(p);
  p = aligned_alloc(1024, 2048);
  printf("aligned_alloc: %d\n", (uintptr_t)p % 1024 == 0);
  free(p);
  p = valloc(1);
  printf("valloc: %d\n", (uintptr_t)p % 4096 == 0);
  free(p);
  if (!with_pvalloc)
    return;
  p = pvalloc(1);
  printf("pvalloc: %d, usable %d\n", (uintptr_t)p % 4096 == 0, malloc_usable_size(p) >= 4096);
  free(p);
}

static void reallocs(void) {
  char *p = realloc(NULL, 100);
  memset(p, 'a', 100);
  errno = 77;
  show_call("realloc to max", realloc(p, huge));
  show_call("reallocarray overflow", reallocarray(p, huge / 2, 3));
  printf("block kept: %d\n", p[0] == 'a' && p[99] == 'a');
  p = realloc(p, 100000);
  printf("moved: %d\n", p[0] == 'a' && p[99] == 'a');
  show_call("realloc to 0", p = realloc(p, 0));
  free(p);
  printf("usable of NULL: %zu, of 100: %d\n", malloc_usable_size(NULL),
         malloc_usable_size(p = malloc(100)) >= 100);
  free(p);
}

/* Functions that no header declares any more, or not yet. */
static void by_name(void) {
  void (*old_free)(void *) = (void (*)(void *))dlsym(RTLD_DEFAULT, "cfree");
  void (*sized)(void *, size_t) = (void (*)(void *, size_t))dlsym(RTLD_DEFAULT, "free_sized");
  void (*aligned)(void *, size_t, size_t) =
      (void (*)(void *, size_t, size_t))dlsym(RTLD_DEFAULT, "free_aligned_sized");
  void *p = malloc(30), *q = malloc(31), *r = aligned_alloc(64, 64);
  old_free ? old_free(p) : free(p);
  sized ? sized(q, 31) : free(q);
  aligned ? aligned(r, 64, 64) : free(r);
  dlsym(RTLD_DEFAULT, "there is no such function");
  printf("dlerror: %d\n", dlerror() != NULL); /* the message is allocated within libdl */
}

/* Where allocation is least expected. */
static pthread_key_t key;
static __thread void *of_thread;
__attribute__((noinline)) static void *in_key_destructor_61(void) {
  return malloc(61);
}
__attribute__((noinline)) static void *in_constructor_62(void) {
  return malloc(62);
}
__attribute__((noinline)) static void *in_destructor_63(void) {
  return malloc(63);
}
__attribute__((noinline)) static void *at_exit_65(void) {
  return malloc(65);
}

__attribute__((constructor)) static void constructor(void) {
  in_constructor_62();
}
__attribute__((destructor)) static void destructor(void) {
  in_destructor_63();
}
static void at_exit(void) {
  at_exit_65();
}

static void key_destructor(void *p) {
  free(p);
  free(of_thread);
  in_key_destructor_61();
}

static void *thread(void *unused) {
  of_thread = malloc(7);
  pthread_setspecific(key, malloc(8));
  return unused;
}

static void places(void) {
  pthread_t t;
  atexit(at_exit);
  pthread_key_create(&key, key_destructor);
  for (int i = 0; i < 10; i++) {
    pthread_create(&t, NULL, thread, NULL);
    pthread_join(t, NULL);
  }
}

/* Any argument: without pvalloc, which jemalloc leaves to glibc although the block would come to
 * its own free. */
int main(int argc, char **argv) {
  (void)argv;
  setvbuf(stdout, NULL, _IONBF, 0);
  sizes();
  alignments(argc == 1);
  reallocs();
  by_name();
  places();
  kept_500_after_failures();
  return 0;
}
