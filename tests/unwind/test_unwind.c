/* Our walks against libunwind's, frame by frame, from thousands of places of this program's own
 * making.
 *
 * The program is built several times, by each compiler and with options that change what frames
 * look like. */
#include "compare.h"
#include "oracle.h"
#include "shapes.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>

static struct tally tally;
static unsigned reports;

static void print_report(const char *text, size_t n) {
  if (reports++ < 3 && write(STDOUT_FILENO, text, n) < 0)
    abort();
}

/* One case: what `run` compares, at least `least` walks of it, has no mismatch. */
static bool test_case(unsigned number, const char *title, void (*run)(void), uint64_t least) {
  tally = (struct tally){0};
  reports = 0;
  compare_depth = RECORDING_MAX_DEPTH;
  run();
  bool good = tally.mismatches == 0 && tally.walks >= least;
  printf(
      "# %lu walks, %lu frames the same; %lu frames reused, %lu walks through a signal, %lu cut; "
      "libunwind stopped early %lu, ours %lu, no CFI %lu\n",
      tally.walks, tally.frames, tally.reused, tally.signals, tally.cut, tally.theirs_stopped,
      tally.ours_stopped, tally.no_cfi);
  if (!good)
    printf("# %lu mismatches (%lu against a walk from nothing); wanted at least %lu walks\n",
           tally.mismatches, tally.unlike_fresh, least);
  printf("%sok %u - %s\n", good ? "" : "not ", number, title);
  fflush(stdout);
  return good;
}

static void trees(uint64_t first_seed, unsigned n, int depth, point at_point) {
  for (unsigned i = 0; i < n; i++) {
    struct dice r = {(first_seed + i) * 0x9e3779b97f4a7c15ull, at_point};
    shapes_go(&r, depth);
  }
}

static void nothing(void) {}

static void varied_code(void) {
  trees(1, 100, 25, compare_here);
}

static void cut_walks(void) {
  static const uint32_t depths[] = {1, 2, 3, 7, 20, 33};
  for (unsigned i = 0; i < sizeof(depths) / sizeof(depths[0]); i++) {
    compare_depth = depths[i];
    trees(1000 + i, 12, 25, compare_here);
  }
}

__attribute__((noinline)) static int recurse(int n) {
  volatile char space[40] = {(char)n};
  if (n % 97 == 0)
    compare_here();
  int below = n > 0 ? recurse(n - 1) : 0;
  if (n % 89 == 0)
    compare_here();
  return below + space[0];
}

static void deep_recursion(void) {
  for (int limit = 64; limit <= RECORDING_MAX_DEPTH; limit *= 2) {
    compare_depth = (uint32_t)limit;
    recurse(3000);
  }
}

/* Signals. */

static void on_signal(int number) {
  (void)number;
  int saved = errno;
  compare_here();
  errno = saved;
}

static void raise_signal(void) {
  raise(SIGUSR1);
}

/* A handler that is interrupted by another. */
static void on_outer_signal(int number) {
  (void)number;
  raise_signal();
  trees(7, 1, 4, compare_here);
}

static void raise_two(void) {
  raise(SIGUSR2);
}

static void signal_handle(int number, void (*handler)(int), int flags) {
  struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
  sigaction(number, &action, NULL);
}

static void use_own_stack(void) {
  static char *stack;
  enum { SIZE = 1 << 20 };
  if (!stack)
    stack = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  stack_t own = {.ss_sp = stack, .ss_size = SIZE};
  sigaltstack(&own, NULL);
}

static void in_signal_handlers(void) {
  signal_handle(SIGUSR1, on_signal, 0);
  signal_handle(SIGUSR2, on_outer_signal, 0);
  trees(50, 20, 15, raise_signal);
  trees(60, 10, 15, raise_two);
}

static void on_signal_stacks(void) {
  use_own_stack();
  signal_handle(SIGUSR1, on_signal, SA_ONSTACK);
  signal_handle(SIGUSR2, on_outer_signal, SA_ONSTACK);
  trees(70, 20, 15, raise_signal);
  trees(80, 10, 15, raise_two);
}

/* Every instruction: with the trap flag set the processor signals after each. */

enum { TRAP_FLAG = 0x100 };
static volatile bool stepping;
static volatile unsigned steps, every;

static void on_step(int number, siginfo_t *info, void *context) {
  (void)number, (void)info;
  ucontext_t *uc = context;
  int saved = errno;
  if (stepping)
    uc->uc_mcontext.gregs[REG_EFL] |= TRAP_FLAG;
  else
    uc->uc_mcontext.gregs[REG_EFL] &= ~TRAP_FLAG;
  if (stepping && ++steps % every == 0)
    compare_here();
  errno = saved;
}

static void step_through(void (*run)(struct dice *), unsigned n, int flags) {
  struct sigaction action = {.sa_sigaction = on_step, .sa_flags = SA_SIGINFO | flags};
  sigaction(SIGTRAP, &action, NULL);
  for (unsigned i = 0; i < n; i++) {
    struct dice r = {(i + 1) * 0x9e3779b97f4a7c15ull, nothing};
    stepping = true;
    raise(SIGTRAP);
    run(&r);
    stepping = false;
  }
}

/* Steps through a part of a long run, spread by a prime; the first run is through every lazily
 * bound symbol. */
static void every_instruction(void) {
  use_own_stack();
  every = 11;
  steps = 0;
  step_through(shapes_libc, 1, 0);
  every = 53;
  step_through(shapes_libc, 2, 0);
  step_through(shapes_libc, 2, SA_ONSTACK);
}

static void random_instructions(void) {
  struct itimerval often = {{0, 150}, {0, 150}}, never = {0};
  signal_handle(SIGALRM, on_signal, SA_RESTART);
  setitimer(ITIMER_REAL, &often, NULL);
  for (uint64_t seed = 1; tally.walks < 1500; seed++) {
    struct dice r = {seed * 0x9e3779b97f4a7c15ull, nothing};
    shapes_libc(&r);
  }
  setitimer(ITIMER_REAL, &never, NULL);
}

/* Threads. */

static void at_cancellation(void *unused) {
  (void)unused;
  trees(5, 2, 5, compare_here);
}

static void exit_thread(void) {
  compare_here();
  pthread_exit(NULL);
}

static void *thread(void *argument) {
  trees((uint64_t)(uintptr_t)argument, 15, 20, compare_here);
  pthread_cleanup_push(at_cancellation, NULL);
  trees(3, 1, 6, exit_thread);
  pthread_cleanup_pop(0);
  return NULL;
}

static void in_threads(void) {
  enum { N = 4 };
  for (uintptr_t round = 0; round < 3; round++) {
    pthread_t threads[N];
    for (uintptr_t i = 0; i < N; i++)
      pthread_create(&threads[i], NULL, thread, (void *)(200 + 20 * (N * round + i)));
    for (int i = 0; i < N; i++)
      pthread_join(threads[i], NULL);
  }
}

/* Coroutines: each yields at its points, to the next, in the middle of its trees. */

enum { COROUTINES = 4, STACK_SIZE = 512 << 10 };
static ucontext_t contexts[COROUTINES], scheduler;
static bool ended[COROUTINES];
static int current;

static void yield(void) {
  compare_here();
  swapcontext(&contexts[current], &scheduler);
  compare_here();
}

static void coroutine(int i) {
  trees(300 + (uint64_t)i, 2, 12, yield);
  ended[i] = true;
}

static void run_coroutines(char *(*allocate)(void), void (*release)(char *)) {
  char *stacks[COROUTINES];
  for (int i = 0; i < COROUTINES; i++) {
    stacks[i] = allocate();
    getcontext(&contexts[i]);
    contexts[i].uc_stack = (stack_t){.ss_sp = stacks[i], .ss_size = STACK_SIZE};
    contexts[i].uc_link = &scheduler;
    ended[i] = false;
    makecontext(&contexts[i], (void (*)(void))coroutine, 1, i);
  }
  for (bool any = true; any;) {
    any = false;
    for (current = 0; current < COROUTINES; current++)
      if (!ended[current]) {
        any = true;
        swapcontext(&scheduler, &contexts[current]);
      }
  }
  for (int i = 0; i < COROUTINES; i++)
    release(stacks[i]);
}

static char *stack_from_malloc(void) {
  return malloc(STACK_SIZE);
}
static void free_stack(char *stack) {
  free(stack);
}
static char *stack_from_mmap(void) {
  return mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1,
              0);
}
static void unmap_stack(char *stack) {
  munmap(stack, STACK_SIZE);
}

static void on_coroutine_stacks(void) {
  for (int round = 0; round < 3; round++) {
    run_coroutines(stack_from_malloc, free_stack);
    run_coroutines(stack_from_mmap, unmap_stack);
  }
}

static void *coroutine_thread(void *unused) {
  on_coroutine_stacks();
  return unused;
}

static void on_coroutine_stacks_of_a_thread(void) {
  pthread_t other;
  pthread_create(&other, NULL, coroutine_thread, NULL);
  pthread_join(other, NULL);
}

int main(void) {
  static const struct {
    const char *title;
    void (*run)(void);
    uint64_t least;
  } cases[] = {
      {"varied code, exceptions and callbacks through libc", varied_code, 2000},
      {"walks cut at 1 to 33 frames", cut_walks, 500},
      {"deep recursion", deep_recursion, 200},
      {"in signal handlers", in_signal_handlers, 300},
      {"in signal handlers on a stack of their own", on_signal_stacks, 300},
      {"at every instruction, through lazy binding and libc", every_instruction, 3000},
      {"interrupted at random", random_instructions, 1500},
      {"in threads, and while they exit", in_threads, 2000},
      {"on coroutines' stacks", on_coroutine_stacks, 1000},
      {"on coroutines' stacks in a thread", on_coroutine_stacks_of_a_thread, 1000},
  };
  unsigned n = sizeof(cases) / sizeof(cases[0]);
#ifdef __AVX2__
  if (!__builtin_cpu_supports("avx2")) {
    printf("1..0 # SKIP this machine has no AVX2\n");
    return 0;
  }
#endif
  if (!oracle_load()) {
    printf("1..0 # SKIP libunwind.so.8 is not there\n");
    return 0;
  }
  compare_tally = &tally;
  compare_report = print_report;
  compare_reports_all = getenv("COMPARE_REPORTS_ALL") != NULL;
  printf("1..%u\n", n);
  bool good = true;
  for (unsigned i = 0; i < n; i++)
    good &= test_case(i + 1, cases[i].title, cases[i].run, cases[i].least);
  return good ? 0 : 1;
}
