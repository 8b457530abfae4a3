#include "shim/walk/stack_bounds.h"

#include "shim/sys/probe.h"

#include <stddef.h>

/* How far above a stack pointer its own stack's end is believed to be: the default stack limit is 8
 * MiB. */
#define NEAR (64ul << 20)
#define PAGE 4096ul

static uintptr_t page_up(uintptr_t at) {
  return (at + PAGE - 1) & ~(PAGE - 1);
}

/* Where the last whole word starts, plus one. */
static uintptr_t last_below(uintptr_t high) {
  return high < 7 ? 0 : high - 7;
}

/* The end of the thread's own stack, if that is near; else NULL, and the stack is another. */
static uintptr_t near_end(uintptr_t sp, bool main_thread) {
  uintptr_t end = main_thread ? (uintptr_t)__libc_stack_end : (uintptr_t)__builtin_thread_pointer();
  return sp < end && end - sp < NEAR ? end : 0;
}

static struct stack_bounds asked_from(uintptr_t known, uintptr_t sp, uintptr_t end) {
  if (!end)
    end = sp < UINTPTR_MAX - NEAR ? sp + NEAR : sp;
  return (struct stack_bounds){end, last_below(known < end ? known : end), true};
}

struct stack_bounds stack_bounds_of(uintptr_t sp, bool main_thread) {
  uintptr_t end = near_end(sp, main_thread);
  if (__builtin_expect(end != 0, 1))
    return (struct stack_bounds){end, last_below(end), false};
  return asked_from(page_up(sp), sp, end);
}

struct stack_bounds stack_bounds_unknown(uintptr_t sp, bool main_thread) {
  return asked_from(sp & ~(PAGE - 1), sp, near_end(sp, main_thread));
}

void stack_bounds_distrust(struct stack_bounds *bounds, uintptr_t sp) {
  if (!bounds->asked)
    *bounds = asked_from(page_up(sp), sp, bounds->end);
}

bool stack_bounds_reach(struct stack_bounds *bounds, uintptr_t address, uintptr_t most) {
  uintptr_t known = bounds->last + 7, wanted = address + sizeof(uint64_t);
  if (wanted < address || wanted > bounds->end)
    return false;
  if (wanted <= known)
    return true;
  if (!bounds->asked || wanted - known > most || !probe_readable(known, wanted - known))
    return false;
  uintptr_t page = page_up(wanted);
  bounds->last = last_below(page < bounds->end ? page : bounds->end);
  return true;
}
