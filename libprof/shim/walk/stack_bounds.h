/* Where the stack that a stack pointer is in ends, so that a walk reads nothing beyond it.
 *
 * A thread's stack ends at its control block, which glibc puts at the top of it; the main thread's
 * at what the kernel put there before the program started. A stack pointer far from both is on a
 * coroutine's or a signal's stack. Nobody knows where that ends, and nothing about it is
 * remembered: the program may unmap any part at any time. The pages of such a stack are asked for
 * (sys/probe.h) as a walk comes to them, a system call for each. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Set by the loader: where the stack pointer was when the process began, at argc. */
extern void *__libc_stack_end;

struct stack_bounds {
  uintptr_t end;  /* first address beyond the stack, as far as that is known */
  uintptr_t last; /* a word that starts below this can be read: 7 less than where that ends, or 0 */
  bool asked;     /* words from `last` on must be asked for */
};

/* The bounds of a walk from a caller's stack pointer: the return address below it has been read. */
struct stack_bounds stack_bounds_of(uintptr_t sp, bool main_thread);

/* The same for a stack pointer that was found in memory: nothing is known to be there. */
struct stack_bounds stack_bounds_unknown(uintptr_t sp, bool main_thread);

/* From here on the walk goes by a guess: even a thread's stack is asked for, because `sp` may be on
 * another stack below it, with something in between that cannot be read. */
void stack_bounds_distrust(struct stack_bounds *bounds, uintptr_t sp);

/* How far beyond what is known a frame may end: one that is described, and one that is guessed. */
enum { STACK_PAGE = 4096, STACK_REACH = 8 << 20, STACK_REACH_GUESSED = 64 << 10 };

/* Whether the word at `address`, and all from what is known up to it, can be read. Asks the kernel.
 */
bool stack_bounds_reach(struct stack_bounds *bounds, uintptr_t address, uintptr_t most);
