/* paths THREADS CALLS: each thread goes up and down through functions that call one another at
 * random, each time through others, and allocates up to 64 bytes on the way. Prints how many blocks
 * were allocated by each chain of these functions, outermost first; then forks a child, which
 * prints how many of them it inherited. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))
/* A chain is a number of base 4 with a leading 1, so that no digit is lost. */
enum { DEEPEST = 9, CHAINS = 1 << (2 * DEEPEST + 2), MOST = 1 << 16 };
static unsigned allocated[CHAINS], live[CHAINS];
static void *kept[MOST];
static unsigned n_kept;

static unsigned next(unsigned *state) {
  *state = *state * 1664525u + 1013904223u;
  return *state >> 16;
}

static void note(unsigned chain, void *p, unsigned *state) {
  __atomic_fetch_add(&allocated[chain], 1, __ATOMIC_RELAXED);
  unsigned at = MOST;
  if (next(state) % 16 == 0)
    at = __atomic_fetch_add(&n_kept, 1, __ATOMIC_RELAXED);
  if (at >= MOST) {
    free(p);
    return;
  }
  kept[at] = p;
  __atomic_fetch_add(&live[chain], 1, __ATOMIC_RELAXED);
}

static NOINLINE void alpha(unsigned chain, unsigned depth, unsigned *state);
static NOINLINE void beta(unsigned chain, unsigned depth, unsigned *state);
static NOINLINE void gamma_(unsigned chain, unsigned depth, unsigned *state);

/* Each function's frame is of another size, and each allocates at a place of its own. */
#define STEP(digit, pad)                                                                           \
  volatile char room[pad];                                                                         \
  (void)room;                                                                                      \
  chain = chain * 4 + (digit);                                                                     \
  for (unsigned turns = 1 + next(state) % 3; turns--;) {                                           \
    if (next(state) % 2)                                                                           \
      note(chain, malloc(1 + next(state) % 64), state);                                            \
    unsigned to = next(state) % 4;                                                                 \
    if (depth == DEEPEST || to == 3)                                                               \
      continue;                                                                                    \
    (to == 0 ? alpha : to == 1 ? beta : gamma_)(chain, depth + 1, state);                          \
  }

static void alpha(unsigned chain, unsigned depth, unsigned *state) {
  STEP(1, 16)
}
static void beta(unsigned chain, unsigned depth, unsigned *state) {
  STEP(2, 40)
}
static void gamma_(unsigned chain, unsigned depth, unsigned *state) {
  STEP(3, 200)
}

static unsigned calls;

static void *work(void *seed) {
  unsigned state = (unsigned)(size_t)seed;
  for (unsigned i = 0; i < calls; i++)
    alpha(1, 1, &state);
  return NULL;
}

static void print(const char *what, const unsigned *of) {
  static const char *const names[] = {"", "alpha", "beta", "gamma_"};
  for (unsigned chain = 1; chain < CHAINS; chain++) {
    if (!of[chain])
      continue;
    int top = 30;
    while (!(chain >> top))
      top -= 2;
    printf("%s %u", what, of[chain]);
    while ((top -= 2) >= 0)
      printf(" %s", names[chain >> top & 3]);
    putchar('\n');
  }
  fflush(stdout);
}

int main(int argc, char **argv) {
  static char buffer[1 << 16];
  pthread_t thread[64];
  if (argc != 3)
    return 2;
  setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
  size_t n = (size_t)atoi(argv[1]);
  calls = (unsigned)atoi(argv[2]);
  for (size_t i = 0; i < n; i++)
    if (pthread_create(&thread[i], NULL, work, (void *)(i + 1)))
      return 3;
  for (size_t i = 0; i < n; i++)
    pthread_join(thread[i], NULL);
  print("allocated", allocated);
  pid_t child = fork();
  if (child == 0) {
    free(malloc(1)); /* a child that never allocates has no recording */
    print("inherited", live);
    exit(0);
  }
  int status;
  return waitpid(child, &status, 0) == child ? status : 4;
}
