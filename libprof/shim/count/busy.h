/* The thread's `busy` mark: set while its struct thread_state is being changed, while
 * it may hold a lock of the shim, and while it makes an element of an index that others may wait
 * for.
 *
 * A signal handler of the thread that comes to the shim meanwhile finds the mark and goes by: it
 * would change what it interrupted. Whoever sets the mark has looked whether it is set; the
 * function that sets it clears it. The fences are for the compiler alone.
 *
 * The mark is the address of the frame that set it. A handler that leaves by siglongjmp, or code
 * that throws out of it, leaves a mark whose frame is gone: busy_is_stale tells. */
#pragma once

#include "shim/count/thread.h"
#include "shim/sys/assert.h"
#include "shim/sys/sys.h"

#include <signal.h>

static inline __attribute__((always_inline)) void busy_begin(void) {
  SHIM_ASSERT(!thread_tls.busy);
  thread_tls.busy = (uintptr_t)__builtin_frame_address(0);
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

static inline __attribute__((always_inline)) void busy_end(void) {
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
  SHIM_ASSERT(thread_tls.busy);
  thread_tls.busy = 0;
}

/* Whether the frame that set the mark is gone: a call whose own frame is `frame` comes from above
 * it. A handler on a stack of its own may be above what it interrupted. (It is not noticed where
 * the kernel forgets that stack while it is in use, SS_AUTODISARM; what such a handler allocates
 * then is recorded in the midst of another recording, which costs that one its place.) */
static inline bool busy_is_stale(const void *frame) {
  stack_t stack = {.ss_flags = SS_ONSTACK};
  return (uintptr_t)frame >= thread_tls.busy && sys(SYS_sigaltstack, NULL, &stack) == 0 &&
         !(stack.ss_flags & SS_ONSTACK);
}

/* Whether the thread is in the midst of the shim's work; a stale mark is cleared. */
static inline bool busy_now(const void *frame) {
  if (thread_tls.busy && busy_is_stale(frame))
    thread_tls.busy = 0;
  return thread_tls.busy;
}
