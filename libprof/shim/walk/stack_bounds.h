/* Where the stack that a stack pointer is in ends, so that a walk reads nothing beyond it.
 *
 * A thread's stack ends at its control block, which glibc puts at the top of it; the main thread's
 * at what the kernel put there before the program started. A stack pointer far from both is on a
 * coroutine's or a signal's stack: its mapping is looked up in /proc/self/maps once and remembered.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Set by the loader: where the stack pointer was when the process began, at argc. */
extern void *__libc_stack_end;

struct stack_bounds {
  uintptr_t high; /* first address beyond the stack */
  uintptr_t last; /* a word that starts below this is whole: 7 less than high, and 0 for none */
};

struct stack_bounds stack_bounds_of(uintptr_t sp, bool main_thread);

/* The end of the mapping that `sp` is in: no memory from there up to it is missing, even where `sp`
 * is on another stack below the thread's own. Looks at /proc/self/maps where it is not remembered.
 */
uintptr_t stack_bounds_mapping(uintptr_t sp);

/* After fork: nothing to do, the mappings are inherited. After an unload or an unmap: mappings may
 * be stale. */
void stack_bounds_forget(void);
