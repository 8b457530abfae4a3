/* The thread's `busy` mark: set while its struct thread_state is being changed, while
 * it may hold a lock of the shim, and while it makes an element of an index that others may wait
 * for.
 *
 * A signal handler of the thread that comes to the shim meanwhile finds the mark and goes by: it
 * would change what it interrupted, or wait for it for ever. Whoever sets the mark has looked
 * whether it is set; the function that sets it clears it. The fences are for the compiler alone. */
#pragma once

#include "shim/count/thread.h"
#include "shim/sys/assert.h"

static inline __attribute__((always_inline)) void busy_begin(void) {
  SHIM_ASSERT(!thread_tls.busy);
  thread_tls.busy = 1;
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

static inline __attribute__((always_inline)) void busy_end(void) {
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
  SHIM_ASSERT(thread_tls.busy == 1);
  thread_tls.busy = 0;
}
