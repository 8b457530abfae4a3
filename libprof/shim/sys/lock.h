/* Locks of the rare paths: growth of the recording and of an index, registering of a module.
 *
 * The holder's signals are blocked, so no handler of its thread comes to wait for it, and neither
 * asynchronous cancellation nor a siglongjmp takes it away. Whoever waits lends the holder its
 * priority (FUTEX_LOCK_PI): a real-time thread does not wait for one that never gets the processor.
 * A lock of a thread that is gone all the same is taken over. The holder makes raw system calls
 * only. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct lock {
  uint32_t word; /* the holder's tid, and the kernel's flag that somebody waits; 0: free */
};

/* Kept for lock_give. */
struct lock_hold {
  uint64_t signals; /* the mask from before */
};

/* Waits. False where the kernel cannot wait for this lock, and in a sandbox (sys/sandbox.h): go on
 * without. */
bool lock_take(struct lock *lock, struct lock_hold *hold);

/* False at once where another thread has it. */
bool lock_try(struct lock *lock, struct lock_hold *hold);

void lock_give(struct lock *lock, const struct lock_hold *hold);

/* After fork, in the child: nobody holds it. */
static inline void lock_reset(struct lock *lock) {
  lock->word = 0;
}
