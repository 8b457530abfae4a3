/* Where the program ended: what lies deeper on the stack is dead, and a leak check must not look
 * there.
 *
 * A call of exit() comes through the processor's wrapper (hooks/arch.h), which keeps the caller's
 * registers. A return from main, and calls within libc (err, error, assert's like), do not; there
 * our destructor, which runs below exit(), looks for exit's frame on the stack. */
#include "shim/hooks/exit.h"

#include "shim/count/busy.h"
#include "shim/count/thread.h"
#include "shim/life/session.h"
#include "shim/store/space.h"
#include "shim/sys/sandbox.h"
#include "shim/sys/sys.h"
#include "shim/walk/program_frame.h"
#include "shim/walk/stack_bounds.h"
#include "shim/walk/unwind.h"

#include <dlfcn.h>
#include <link.h>
#include <stddef.h>

static void (*next_exit)(int) __attribute__((noreturn));

__attribute__((constructor)) static void find_exit(void) {
  next_exit = dlsym(RTLD_NEXT, "exit");
}

static void publish(void) {
  __atomic_store_n(&recording->exit.tid, (uint32_t)sys(SYS_gettid), __ATOMIC_RELEASE);
}

/* The first call counts: a handler that calls exit again runs deeper. */
void exit_entered(int status, uintptr_t sp, const uint64_t saved[ARCH_SAVED]) {
  if (recording && !recording->exit.sp) {
    struct recording_exit *exit = &recording->exit;
    exit->sp = sp;
    __builtin_memcpy(exit->saved, saved, ARCH_SAVED * sizeof(*saved));
    exit->n_saved = ARCH_SAVED;
    publish();
  }
  if (!next_exit)
    find_exit();
  next_exit(status);
}

/* _start, __libc_start_main and what it calls main from. Their frames hold nothing of the
 * program's, but words that they never set, and those may be what a constructor left there. */
enum { FRAMES_BEFORE_MAIN = 3 };

/* Whether a return address lies in exit: it calls what does not return, so it may lie behind it. */
static bool is_in_exit(uintptr_t pc) {
  struct dl_find_object object;
  struct cfi_tables tables;
  uintptr_t start = (uintptr_t)next_exit;
  return pc > start && pc - start < 4096 && _dl_find_object((void *)(pc - 1), &object) == 0 &&
         cfi_tables_find(pc - 1, &object, &tables) && cfi_function(&tables, pc - 1) == start;
}

/* The main thread may be on a coroutine's stack, with frames of main's waiting on its own. */
static bool begins_with_start(const struct last_walk *last) {
  enum { PAGE = 4096 };
  return (uintptr_t)__libc_stack_end - last->frame[0].sp < PAGE;
}

/* The stack pointer of what called exit, outermost frames being first in a walk. */
static uintptr_t caller_of_exit(const struct last_walk *last) {
  for (uint32_t i = last->depth; i-- > 1;) {
    if (is_in_exit(last->frame[i].pc & ~FRAME_EXACT_PC))
      return i <= FRAMES_BEFORE_MAIN && begins_with_start(last) ? (uintptr_t)__libc_stack_end
                                                                : last->frame[i - 1].sp;
  }
  return 0;
}

/* Leak checks are for recordings of everything: of others it is enough to know that it ended. */
__attribute__((destructor, noinline)) static void find_end(void) {
  if (sandbox == SANDBOX_STRICT || !session_ready() || !recording || recording->exit.sp ||
      thread_tls.busy)
    return;
  if (!(config.flags & RECORDING_EXACT)) {
    publish();
    return;
  }
  struct cfi_frame start = caller_frame(__builtin_frame_address(0));
  struct last_walk *last = &thread_tls.state->last_walk;
  busy_begin();
  unwind_stack(start, last, RECORDING_MAX_DEPTH, thread_tls.state->is_main);
  recording->exit.sp = caller_of_exit(last);
  if (recording->exit.sp)
    publish();
  busy_end();
}
