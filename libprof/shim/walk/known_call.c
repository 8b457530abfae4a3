#include "shim/walk/known_call.h"

_Static_assert(KNOWN_SETS == 1 << (64 - 58), "known_call_set");

/* How many of the last walk's frames stay with it: none where all of its checks find room with the
 * call, else those that the last walk found there already, for they change least. */
static uint32_t choose_base(const struct last_walk *last) {
  uint32_t checks = last->frame[last->depth - 1].checks;
  if (checks <= KNOWN_CHECKS && !last->flags)
    return 0;
  bool fits = last->shared && checks - last->frame[last->shared - 1].checks <= KNOWN_CHECKS;
  return fits ? last->shared : last->depth;
}

/* Where it was if it was known, and only its base is another now; else any that is free. */
static struct known_call *place_for(struct known_calls *calls, const struct cfi_frame *start,
                                    uint64_t hash) {
  struct known_call *set = known_call_set(calls, start), *place = NULL;
  for (int i = 0; i < KNOWN_WAYS; i++) {
    if (set[i].hash == hash && set[i].start.sp == start->sp)
      return &set[i];
    if (!place && !set[i].start.pc)
      place = &set[i];
  }
  return place ? place : &set[calls->victim++ % KNOWN_WAYS];
}

struct known_call *known_call_keep(struct known_calls *calls, const struct last_walk *last) {
  if (!last->depth || last->flags & STACK_INCOMPLETE)
    return NULL; /* what the walk got stuck on is not among the checks */
  const struct walk_frame *innermost = &last->frame[last->depth - 1];
  struct cfi_frame start = {innermost->pc, innermost->sp, innermost->bp};
  struct known_call *call = place_for(calls, &start, innermost->hash);
  uint32_t base = choose_base(last), first = base ? last->frame[base - 1].checks : 0;
  call->start = start;
  call->bp_needed = innermost->bp_needed;
  call->forgotten = last->forgotten;
  call->flags = last->flags;
  call->hash = innermost->hash;
  call->base = base;
  if (base) {
    call->base_hash = last->frame[base - 1].hash;
    call->base_sp = last->frame[base - 1].sp;
    call->base_bp = last->frame[base - 1].bp;
  }
  call->n_inner = (uint8_t)(innermost->checks - first);
  static const uint64_t never = 0;
  struct known_check *check = call->inner + KNOWN_CHECKS;
  *check = (struct known_check){&never, 1};
  for (uint32_t i = first; i < innermost->checks; i++)
    *--check = (struct known_check){last->checks.address[i], last->checks.value[i]};
  return call;
}

void known_calls_clear(struct known_calls *calls) {
  for (struct known_call *call = calls->set[0]; call < *(calls->set + KNOWN_SETS); call++)
    if (call->start.pc) /* what was never touched stays so */
      call->start.pc = 0;
}
