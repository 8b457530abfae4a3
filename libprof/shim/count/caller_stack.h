/* The stack of a call into an interposed function. */
#pragma once

#include "shim/count/config.h"
#include "shim/count/thread.h"
#include "shim/walk/program_frame.h"
#include "shim/walk/stack.h"
#include "shim/walk/unwind.h"

/* As an index into TABLE_STACKS; UINT32_MAX where there is no room. `frame` is that of the
 * interposed function. The thread is busy (busy.h), and its last walk is of this stack then. */
static inline uint32_t caller_stack(struct thread_state *state, const void *frame) {
  struct cfi_frame start = program_frame(frame);
  unwind_stack(start, &state->last_walk, config.depth, state->is_main);
  struct stack stack = stack_of_walk(&state->last_walk);
  return stack_find(&stack, stack_generation());
}
