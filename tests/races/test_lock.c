/* The locks of the shim's rare paths: one holder at a time, none that is gone, and no holder that
 * waits for the processor behind a thread that waits for it. */
#include "shim/sys/lock.h"
#include "shim/sys/sandbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

enum { THREADS = 6, ROUNDS = 20000 };

static struct lock lock;
static uint64_t counted;

static void *count_locked(void *unused) {
  for (int i = 0; i < ROUNDS; i++) {
    struct lock_hold hold;
    if (i % 8 == 0 && lock_try(&lock, &hold)) {
      counted++;
      lock_give(&lock, &hold);
    }
    if (!lock_take(&lock, &hold))
      return unused;
    counted++;
    lock_give(&lock, &hold);
    __atomic_fetch_sub((int *)unused, 1, __ATOMIC_RELAXED);
  }
  return NULL;
}

static void test_exclusion(void **unused) {
  (void)unused;
  pthread_t thread[THREADS];
  int left = THREADS * ROUNDS;
  sigset_t before, after;
  pthread_sigmask(SIG_SETMASK, NULL, &before);
  for (int i = 0; i < THREADS; i++)
    assert_int_equal(pthread_create(&thread[i], NULL, count_locked, &left), 0);
  for (int i = 0; i < THREADS; i++)
    pthread_join(thread[i], NULL);
  assert_int_equal(left, 0);
  assert_true(counted >= THREADS * ROUNDS);
  assert_int_equal(lock.word, 0);
  pthread_sigmask(SIG_SETMASK, NULL, &after);
  assert_memory_equal(&before, &after, sizeof(uint64_t));
}

static void *keep_lock(void *unused) {
  struct lock_hold hold;
  return lock_take(&lock, &hold) ? unused : NULL;
}

static void test_dead_holder(void **unused) {
  (void)unused;
  pthread_t thread;
  struct lock_hold hold;
  void *kept;
  assert_int_equal(pthread_create(&thread, NULL, keep_lock, &lock), 0);
  pthread_join(thread, &kept);
  assert_ptr_equal(kept, &lock);
  assert_false(lock_try(&lock, &hold));
  assert_true(lock_take(&lock, &hold));
  lock_give(&lock, &hold);
  assert_int_equal(lock.word, 0);
}

static void test_try(void **unused) {
  (void)unused;
  struct lock_hold hold, second;
  assert_true(lock_try(&lock, &hold));
  assert_false(lock_try(&lock, &second));
  lock_give(&lock, &hold);
  assert_int_equal(lock.word, 0);
}

static bool is_blocked(int signal) {
  sigset_t mask;
  pthread_sigmask(SIG_SETMASK, NULL, &mask);
  return sigismember(&mask, signal);
}

/* A handler that came while its thread holds a lock could wait for that lock. */
static void test_signals(void **unused) {
  (void)unused;
  struct lock_hold hold;
  for (int how = 0; how < 2; how++) {
    assert_false(is_blocked(SIGUSR1));
    assert_true(how ? lock_try(&lock, &hold) : lock_take(&lock, &hold));
    assert_true(is_blocked(SIGUSR1));
    lock_give(&lock, &hold);
    assert_false(is_blocked(SIGUSR1));
  }
}

/* In a sandbox nothing waits, and nothing that a lock guards is done. */
static void test_sandbox(void **unused) {
  (void)unused;
  struct lock_hold hold;
  sandbox = SANDBOX_FILTER;
  assert_false(lock_try(&lock, &hold));
  assert_false(lock_take(&lock, &hold));
  sandbox = SANDBOX_NONE;
  assert_int_equal(lock.word, 0);
}

/* The kernel's priority of this thread: below zero for a real-time one (proc(5)). */
static int own_priority(void) {
  char line[1024];
  int priority = 99;
  FILE *file = fopen("/proc/thread-self/stat", "r");
  assert_non_null(file);
  assert_non_null(fgets(line, sizeof(line), file));
  fclose(file);
  sscanf(strrchr(line, ')'), ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %d",
         &priority);
  return priority;
}

static void *wait_urgently(void *unused) {
  struct sched_param urgent = {.sched_priority = 10};
  struct lock_hold hold;
  assert_int_equal(pthread_setschedparam(pthread_self(), SCHED_FIFO, &urgent), 0);
  assert_true(lock_take(&lock, &hold));
  lock_give(&lock, &hold);
  return unused;
}

static void test_priority(void **unused) {
  (void)unused;
  pthread_t thread;
  struct lock_hold hold;
  assert_true(own_priority() > 0);
  assert_true(lock_take(&lock, &hold));
  assert_int_equal(pthread_create(&thread, NULL, wait_urgently, NULL), 0);
  while (own_priority() > 0) /* until the other waits, and for ever if it lends nothing */
    usleep(1000);
  lock_give(&lock, &hold);
  pthread_join(thread, NULL);
  assert_true(own_priority() > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_exclusion),   cmocka_unit_test(test_try),
      cmocka_unit_test(test_sandbox),     cmocka_unit_test(test_signals),
      cmocka_unit_test(test_dead_holder), cmocka_unit_test(test_priority),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
