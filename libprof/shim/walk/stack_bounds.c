#include "shim/walk/stack_bounds.h"

#include "shim/sys/maps.h"

/* How far above a stack pointer its own stack's end is believed to be: the default stack limit is 8
 * MiB. */
#define NEAR (64ul << 20)

enum { REMEMBERED = 16 };
static struct {
  uintptr_t low, high; /* high is written last, and cleared first */
} remembered[REMEMBERED];
static unsigned victim;

void stack_bounds_forget(void) {
  for (int i = 0; i < REMEMBERED; i++)
    __atomic_store_n(&remembered[i].high, 0, __ATOMIC_RELEASE);
}

static uintptr_t recall(uintptr_t sp) {
  for (int i = 0; i < REMEMBERED; i++) {
    uintptr_t high = __atomic_load_n(&remembered[i].high, __ATOMIC_ACQUIRE);
    if (sp < high && sp >= remembered[i].low &&
        high == __atomic_load_n(&remembered[i].high, __ATOMIC_RELAXED))
      return high;
  }
  return 0;
}

static uintptr_t look_up(uintptr_t sp) {
  struct map map;
  if (!maps_find(sp, &map, 0, 0))
    return sp; /* nothing may be read */
  unsigned i = __atomic_fetch_add(&victim, 1, __ATOMIC_RELAXED) % REMEMBERED;
  __atomic_store_n(&remembered[i].high, 0, __ATOMIC_RELEASE);
  remembered[i].low = map.low;
  __atomic_store_n(&remembered[i].high, map.high, __ATOMIC_RELEASE);
  return map.high;
}

uintptr_t stack_bounds_mapping(uintptr_t sp) {
  uintptr_t high = recall(sp);
  return high ? high : look_up(sp);
}

static struct stack_bounds bounds_to(uintptr_t high) {
  return (struct stack_bounds){high, high < 7 ? 0 : high - 7};
}

struct stack_bounds stack_bounds_of(uintptr_t sp, bool main_thread) {
  uintptr_t end = main_thread ? (uintptr_t)__libc_stack_end : (uintptr_t)__builtin_thread_pointer();
  if (sp < end && end - sp < NEAR)
    return bounds_to(end);
  return bounds_to(stack_bounds_mapping(sp));
}
