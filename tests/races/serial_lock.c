/* The locks of shim/sys/lock.h where threads take turns (schedule.c): the kernel would not know
 * who is to run. */
#include "shim/sys/lock.h"

bool lock_try(struct lock *lock, struct lock_hold *hold) {
  (void)hold;
  return !__atomic_exchange_n(&lock->word, 1, __ATOMIC_ACQUIRE);
}

bool lock_take(struct lock *lock, struct lock_hold *hold) {
  while (!lock_try(lock, hold))
    give_way();
  return true;
}

void lock_give(struct lock *lock, const struct lock_hold *hold) {
  (void)hold;
  __atomic_store_n(&lock->word, 0, __ATOMIC_RELEASE);
}
