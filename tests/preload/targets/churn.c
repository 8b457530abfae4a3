/* churn THREADS [SECONDS]: threads that allocate and free for as long as they are let. With $TRUTH
 * each keeps its own account in a MAP_SHARED file: what it has begun and what it has finished, so
 * that a reader after a SIGKILL knows the truth to within the call that was cut short. */
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { MAX_THREADS = 16, KEPT = 64 };
struct account {
  volatile uint64_t allocs, bytes, frees, freed_bytes;
  uint64_t pad[4];
};
static struct account *accounts;

__attribute__((noinline)) static void *churn_alloc(size_t size) {
  return malloc(size);
}

static void *churn(void *argument) {
  struct account *mine = argument;
  struct {
    void *p;
    size_t size;
  } kept[KEPT] = {0};
  uint64_t random = (uintptr_t)argument;
  for (;;) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    size_t i = random >> 58, size = 16 + (random >> 40) % 2000;
    if (kept[i].p) {
      free(kept[i].p);
      mine->freed_bytes += kept[i].size;
      mine->frees++;
    }
    kept[i].p = churn_alloc(size);
    kept[i].size = size;
    mine->bytes += size;
    mine->allocs++;
  }
  return NULL;
}

int main(int argc, char **argv) {
  int threads = argc > 1 ? atoi(argv[1]) : 1;
  const char *path = getenv("TRUTH");
  int fd = path ? open(path, O_RDWR | O_CREAT | O_TRUNC, 0600) : -1;
  size_t size = MAX_THREADS * sizeof(struct account);
  if (fd < 0 || ftruncate(fd, (off_t)size) < 0)
    return 9;
  accounts = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  for (int i = 0; i < threads; i++) {
    pthread_t thread;
    pthread_create(&thread, NULL, churn, &accounts[i]);
  }
  if (write(1, "\n", 1) != 1)
    return 8;
  struct timespec t = {argc > 2 ? atoi(argv[2]) : 1000, 0};
  nanosleep(&t, NULL);
  _exit(0);
}
