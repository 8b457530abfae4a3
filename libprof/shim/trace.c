#include "shim/trace.h"

static inline uint64_t mix(uint64_t hash, uint64_t frame) {
  hash = (hash ^ frame) * 0x9e3779b97f4a7c15ull;
  hash ^= hash >> 29;
  return hash ? hash : 1;
}

uint64_t trace_hash_of(const uint64_t *frames, uint32_t depth, uint32_t flags) {
  uint64_t hash = flags;
  for (uint32_t i = depth; i-- > 0;)
    hash = mix(hash, frames[i]);
  return depth ? hash : 1;
}

/* Eight at once where they lie on one page. */
bool trace_checks_hold(const struct trace_check *first, uint32_t n) {
  enum { BATCH = 8, PAGE = 4096 };
  const struct trace_check *end = first + n;
  for (; end - first >= BATCH; end -= BATCH) {
    const struct trace_check *batch = end - BATCH;
    bool one_page = ((uintptr_t)batch[0].address ^ (uintptr_t)batch[BATCH - 1].address) < PAGE;
    if (!one_page ? !trace_few_checks_hold(batch, BATCH)
                  : (trace_difference(batch) | trace_difference(batch + 1) |
                     trace_difference(batch + 2) | trace_difference(batch + 3) |
                     trace_difference(batch + 4) | trace_difference(batch + 5) |
                     trace_difference(batch + 6) | trace_difference(batch + 7)) != 0)
      return false;
  }
  return trace_few_checks_hold(first, (uint32_t)(end - first));
}

/* Adds what the step that led out to `frame` rests on; returns the end of the checks. */
static inline struct trace_check *add_checks(struct trace_check *end,
                                             const struct trace_frame *frame, uintptr_t bp_slot) {
  static const uint64_t never = 0;
  if (__builtin_expect(bp_slot == TRACE_SLOT_UNKNOWN, 0)) {
    *end++ = (struct trace_check){&never, 1};
    return end;
  }
  if (bp_slot && frame->bp_needed)
    *end++ = (struct trace_check){(const uint64_t *)bp_slot, frame->bp};
  *end++ = (struct trace_check){(const uint64_t *)(frame->sp - 8), frame->pc};
  return end;
}

/* The outermost frame, which nothing outside supports. */
static void begin(struct trace *trace, const struct trace_fresh *fresh, uint32_t flags) {
  trace->frame[0] = (struct trace_frame){.pc = fresh->pc,
                                         .sp = fresh->sp,
                                         .bp = fresh->bp,
                                         .hash = mix(flags, fresh->pc),
                                         .bp_needed = fresh->by_bp};
}

void trace_finish(struct trace *trace, uint32_t shared, uint32_t n_fresh, uintptr_t bp_slot,
                  uint32_t flags) {
  const struct trace_fresh *fresh = trace->fresh + n_fresh;
  trace->depth = shared + n_fresh;
  trace->flags = flags;
  trace->shared = shared;
  if (!shared && n_fresh) {
    begin(trace, --fresh, flags);
    bp_slot = fresh->bp_slot;
  }
  if (fresh == trace->fresh)
    return;
  struct trace_frame *outer = &trace->frame[shared ? shared - 1 : 0];
  struct trace_check *first = trace->check, *end = first + outer->checks;
  while (fresh-- > trace->fresh) {
    struct trace_frame *frame = outer + 1;
    end = add_checks(end, outer, bp_slot);
    frame->pc = fresh->pc;
    frame->sp = fresh->sp;
    frame->bp = fresh->bp;
    frame->hash = mix(outer->hash, fresh->pc);
    frame->stored = 0;
    frame->checks = (uint16_t)(end - first);
    frame->bp_needed = fresh->by_bp || (!bp_slot && outer->bp_needed);
    bp_slot = fresh->bp_slot;
    outer = frame;
  }
}
