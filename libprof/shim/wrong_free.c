#include "shim/wrong_free.h"

#include "shim/atomics.h"
#include "shim/clock.h"
#include "shim/next.h"
#include "shim/program_frame.h"
#include "shim/session.h"
#include "shim/shadow.h"
#include "shim/site.h"
#include "shim/space.h"
#include "shim/stack_bounds.h"

#include <dlfcn.h>
#include <stddef.h>

bool wrong_free_watched, wrong_free_stacks;
static bool blocks_are_known;
static uint32_t given; /* entries of recording_header.wrong_free */

void wrong_free_watch(bool stacks) {
  blocks_are_known = next_is_libc();
  wrong_free_stacks = stacks;
  wrong_free_watched = true;
}

void wrong_free_forget(void) {
  wrong_free_watched = wrong_free_stacks = false;
  given = 0;
}

/* The stack of who called into the shim, as words of the recording; WRONG_FREE_NONE where there is
 * no room or a signal handler came in the midst of another walk. */
uint32_t wrong_free_stack(const void *frame) {
  struct thread_own *own = thread_tls.own;
  if (!own || thread_tls.busy)
    return WRONG_FREE_NONE;
  thread_tls.busy = 1;
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
  struct cfi_frame start = program_frame(frame);
  unwind_stack(&start, &own->trace, session_config.depth, own->is_main);
  uint32_t stack = site_stack(&own->trace);
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
  thread_tls.busy = 0;
  return stack;
}

static bool find_freed(struct recording_wrong_free *call) {
  const struct recording_slot *slot =
      call->address % (1 << GRANULE_SHIFT) ? NULL : shadow_slot(call->address);
  if (!slot || __atomic_load_n(&slot->what, __ATOMIC_ACQUIRE) != SLOT_FREED)
    return false;
  call->kind = WRONG_FREE_DOUBLE;
  call->site = slot->site;
  call->freed_stack = slot->time ? slot->time - 1 : WRONG_FREE_NONE;
  return __atomic_load_n(&slot->what, __ATOMIC_ACQUIRE) == SLOT_FREED;
}

static bool find_around(struct recording_wrong_free *call) {
  struct recording_object object;
  uintptr_t start;
  if (!shadow_around(call->address, &start, &object))
    return false;
  call->kind = WRONG_FREE_INTERIOR;
  call->site = object.site;
  call->offset = call->address - start;
  call->size = object.size;
  return true;
}

/* Between the caller's stack pointer and the end of the stack that the thread was given. Not on a
 * coroutine's: what lies above its pointer may be anything. */
static bool is_on_stack(const void *p, const void *frame) {
  uintptr_t sp = program_frame(frame).sp;
  uintptr_t end =
      thread_tls.own->is_main ? (uintptr_t)__libc_stack_end : (uintptr_t)__builtin_thread_pointer();
  return (uintptr_t)p >= sp && (uintptr_t)p < end && stack_bounds_mapping(sp) >= end;
}

/* The allocator and the loader have memory for first blocks in their own data. */
static bool is_global(const void *p) {
  struct dl_find_object object;
  return _dl_find_object((void *)p, &object) == 0 && !next_same_object(p, next.free) &&
         !next_same_object(p, _dl_find_object) && !next_same_object(p, wrong_free_check);
}

static bool nothing_dropped(void) {
  for (int i = 0; i < DROP_COUNT; i++)
    if (__atomic_load_n(&recording->dropped[i], __ATOMIC_RELAXED))
      return false;
  return true;
}

static bool find_wrong(const void *p, const void *frame, struct recording_wrong_free *call) {
  if (is_on_stack(p, frame))
    call->kind = WRONG_FREE_STACK;
  else if (is_global(p))
    call->kind = WRONG_FREE_GLOBAL;
  else
    return blocks_are_known && nothing_dropped() && (find_freed(call) || find_around(call));
  return true;
}

static bool is_same(const struct recording_wrong_free *a, const struct recording_wrong_free *b) {
  return a->kind == b->kind && a->stack == b->stack && a->site == b->site &&
         a->freed_stack == b->freed_stack;
}

/* Entries are given out by the count of calls until they are used up; of two threads that are first
 * at the same moment each has an entry, which readers add up. */
static void keep(const struct recording_wrong_free *call) {
  uint32_t n = __atomic_load_n(&given, __ATOMIC_RELAXED);
  counter_add(&recording->n_wrong_frees, 1);
  for (uint32_t i = 0; i < n && i < WRONG_FREES; i++) {
    struct recording_wrong_free *kept = &recording->wrong_free[i];
    if (__atomic_load_n(&kept->kind, __ATOMIC_ACQUIRE) && is_same(kept, call)) {
      __atomic_fetch_add(&kept->count, 1, __ATOMIC_RELAXED);
      return;
    }
  }
  n = __atomic_fetch_add(&given, 1, __ATOMIC_RELAXED);
  if (n >= WRONG_FREES)
    return;
  struct recording_wrong_free *to = &recording->wrong_free[n];
  struct recording_wrong_free filled = *call;
  filled.kind = WRONG_FREE_UNPUBLISHED;
  *to = filled;
  __atomic_store_n(&to->kind, call->kind, __ATOMIC_RELEASE);
}

void wrong_free_check(const void *p, const void *frame) {
  if (!session_ready() || !recording || thread_tls.busy)
    return;
  struct recording_wrong_free call = {.site = WRONG_FREE_NONE,
                                      .freed_stack = WRONG_FREE_NONE,
                                      .address = (uintptr_t)p,
                                      .time = clock_now(),
                                      .thread = thread_tls.self->number & ~OBJECT_IGNORED,
                                      .count = 1};
  if (!find_wrong(p, frame, &call))
    return;
  call.stack = wrong_free_stack(frame);
  keep(&call);
}
