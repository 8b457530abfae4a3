/* late: a thread that allocates for the first time when the process may map no more memory: 10
 * blocks of 100 bytes, which it finds in the heap that is there. The main thread allocates 10 of 200
 * bytes afterwards. */
#include <malloc.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/resource.h>

static sem_t go;
static void *volatile kept;

__attribute__((noinline)) void *late_100(void *unused) {
  sem_wait(&go);
  for (int i = 0; i < 10; i++)
    kept = malloc(100);
  return kept ? unused : &go;
}

__attribute__((noinline)) void after_200(void) {
  for (int i = 0; i < 10; i++)
    kept = malloc(200);
}

int main(void) {
  pthread_t thread;
  void *failed;
  struct rlimit limit;
  mallopt(M_ARENA_MAX, 1);
  free(malloc(100000));
  sem_init(&go, 0, 0);
  if (pthread_create(&thread, NULL, late_100, NULL) || getrlimit(RLIMIT_AS, &limit))
    return 2;
  setrlimit(RLIMIT_AS, &(struct rlimit){1, limit.rlim_max});
  sem_post(&go);
  pthread_join(thread, &failed);
  setrlimit(RLIMIT_AS, &limit);
  after_200();
  return failed ? 3 : 0;
}
