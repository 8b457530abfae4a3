#include "shim/sys/lock.h"

#include "shim/sys/sandbox.h"
#include "shim/sys/signals.h"
#include "shim/sys/sys.h"

#include <errno.h>
#include <linux/futex.h>

static bool swap(struct lock *lock, uint32_t old, uint32_t value) {
  return __atomic_compare_exchange_n(&lock->word, &old, value, false, __ATOMIC_ACQUIRE,
                                     __ATOMIC_RELAXED);
}

static long futex(struct lock *lock, int operation) {
  return sys(SYS_futex, &lock->word, operation | FUTEX_PRIVATE_FLAG, 0, 0, 0, 0);
}

/* The holder is a thread that has ended: its word is nobody's. */
static bool take_over(struct lock *lock, uint32_t self) {
  uint32_t word = __atomic_load_n(&lock->word, __ATOMIC_RELAXED);
  return swap(lock, word, self);
}

static bool wait_for(struct lock *lock, uint32_t self) {
  for (;;) {
    long error = futex(lock, FUTEX_LOCK_PI);
    if (!error) {
      /* The kernel gave it to us; the giver's writes come with its change of the word. */
      __atomic_fetch_or(&lock->word, 0, __ATOMIC_ACQUIRE);
      return true;
    }
    if (error == -ESRCH ? take_over(lock, self) : swap(lock, 0, self))
      return true;
    if (error != -EINTR && error != -EAGAIN && error != -ESRCH)
      return false;
  }
}

bool lock_take(struct lock *lock, struct lock_hold *hold) {
  if (sandboxed())
    return false;
  uint32_t self = (uint32_t)sys(SYS_gettid);
  hold->signals = signals_block();
  if (swap(lock, 0, self) || wait_for(lock, self))
    return true;
  signals_restore(hold->signals);
  return false;
}

bool lock_try(struct lock *lock, struct lock_hold *hold) {
  if (sandboxed() || __atomic_load_n(&lock->word, __ATOMIC_RELAXED))
    return false;
  hold->signals = signals_block();
  if (swap(lock, 0, (uint32_t)sys(SYS_gettid)))
    return true;
  signals_restore(hold->signals);
  return false;
}

void lock_give(struct lock *lock, const struct lock_hold *hold) {
  uint32_t self = (uint32_t)sys(SYS_gettid);
  /* Where somebody waits the kernel passes the lock on. */
  if (!__atomic_compare_exchange_n(&lock->word, &self, 0, false, __ATOMIC_RELEASE,
                                   __ATOMIC_RELAXED)) {
    __atomic_fetch_or(&lock->word, 0, __ATOMIC_RELEASE);
    futex(lock, FUTEX_UNLOCK_PI);
  }
  signals_restore(hold->signals);
}
