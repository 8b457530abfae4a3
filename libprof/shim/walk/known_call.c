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

/* The outermost frames that are left to the last walk, and the marks by which it is seen to have
 * them still. */
static void keep_base(struct known_call *call, const struct last_walk *last, uint32_t base) {
  call->base = base;
  if (!base)
    return;
  const struct walk_frame *frame = &last->frame[base - 1];
  call->base_hash = frame->hash;
  call->base_sp = frame->sp;
  call->base_bp = frame->bp;
}

/* Checks [first, end) of the last, outermost first there. Here they come innermost first, and last
 * is one that fails. */
static void keep_inner(struct known_call *call, const struct walk_checks *checks, uint32_t first,
                       uint32_t end) {
  static const uint64_t never = 0;
  uint32_t at = KNOWN_CHECKS;
  call->n_inner = (uint8_t)(end - first);
  call->inner[at] = (struct known_check){&never, 1};
  for (uint32_t i = first; i < end; i++)
    call->inner[--at] = (struct known_check){checks->address[i], checks->value[i]};
}

struct known_call *known_call_keep(struct known_calls *calls, const struct last_walk *last) {
  if (!last->depth || last->flags & STACK_INCOMPLETE)
    return NULL; /* the checks lack the place where the walk got stuck */
  const struct walk_frame *innermost = &last->frame[last->depth - 1];
  struct cfi_frame start = {innermost->pc, innermost->sp, innermost->bp};
  struct known_call *call = place_for(calls, &start, innermost->hash);
  uint32_t base = choose_base(last);
  call->start = start;
  call->bp_needed = innermost->bp_needed;
  call->forgotten = last->forgotten;
  call->flags = last->flags;
  call->hash = innermost->hash;
  keep_base(call, last, base);
  keep_inner(call, &last->checks, base ? last->frame[base - 1].checks : 0, innermost->checks);
  return call;
}

void known_calls_clear(struct known_calls *calls) {
  for (unsigned set = 0; set < KNOWN_SETS; set++)
    for (unsigned way = 0; way < KNOWN_WAYS; way++)
      if (calls->set[set][way].start.pc) /* pages that were never touched stay so */
        calls->set[set][way].start.pc = 0;
}
