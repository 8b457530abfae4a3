#include "shim/walk/last_walk.h"

#include "shim/sys/assert.h"
#include "shim/walk/arch.h"

static inline uint64_t mix(uint64_t hash, uint64_t frame) {
  hash = (hash ^ frame) * 0x9e3779b97f4a7c15ull;
  hash ^= hash >> 29;
  return hash ? hash : 1;
}

uint64_t walk_hash_of(const uint64_t *frames, uint32_t depth, uint32_t flags) {
  uint64_t hash = flags;
  for (uint32_t i = depth; i-- > 0;)
    hash = mix(hash, frames[i]);
  return depth ? hash : 1;
}

/* One after the other: where the first look shows another stack, no further place is looked at. */
static inline bool each_holds(const uint64_t *const *address, const uint64_t *value, uint32_t n) {
  for (; n; n--)
    if (*address[n - 1] != value[n - 1])
      return false;
  return true;
}

bool walk_checks_hold(const struct walk_checks *checks, uint32_t n) {
  const bool *apart = checks->apart + n / CHECK_BATCH;
  const uint64_t *const *address = checks->address + n / CHECK_BATCH * CHECK_BATCH;
  const uint64_t *value = checks->value + n / CHECK_BATCH * CHECK_BATCH;
  if (!each_holds(address, value, n % CHECK_BATCH))
    return false;
  while (apart > checks->apart) {
    address -= CHECK_BATCH;
    value -= CHECK_BATCH;
    if (__builtin_expect(*--apart, 0) ? !each_holds(address, value, CHECK_BATCH)
                                      : !arch_batch_holds(address, value))
      return false;
  }
  return true;
}

static uint32_t add_check(struct walk_checks *checks, uint32_t n, const uint64_t *address,
                          uint64_t value) {
  enum { PAGE = 4096 };
  SHIM_ASSERT(n < CHECKS_MOST);
  checks->address[n] = address;
  checks->value[n++] = value;
  if (n % CHECK_BATCH == 0)
    checks->apart[n / CHECK_BATCH - 1] =
        ((uintptr_t)checks->address[n - CHECK_BATCH] ^ (uintptr_t)address) >= PAGE;
  return n;
}

/* Adds what the step that led out to `frame` rests on; returns how many checks there are. */
static inline uint32_t add_checks(struct walk_checks *checks, uint32_t n,
                                  const struct walk_frame *frame, uintptr_t bp_at) {
  static const uint64_t never = 0;
  if (__builtin_expect(bp_at == BP_AT_UNKNOWN, 0))
    return add_check(checks, n, &never, 1);
  if (bp_at && frame->bp_needed)
    n = add_check(checks, n, (const uint64_t *)bp_at, frame->bp);
  return add_check(checks, n, (const uint64_t *)(frame->sp + ARCH_RA_OFFSET), frame->pc);
}

/* The outermost frame. Where its pc says that it is, nothing supports that; where it returns to 0,
 * it is outermost for as long as the 0 stands there. */
static void begin(struct walk_checks *checks, struct walk_frame *frame,
                  const struct fresh_frame *fresh, const struct walk_frame *beyond,
                  uintptr_t beyond_bp_at, uint32_t flags) {
  *frame = (struct walk_frame){
      .pc = fresh->pc,
      .sp = fresh->sp,
      .bp = fresh->bp,
      .hash = mix(flags, fresh->pc),
      .checks = beyond ? (uint16_t)add_checks(checks, 0, beyond, beyond_bp_at) : 0,
      .bp_needed = fresh->by_bp};
}

/* The frame inside of frame[-1], to which the walk stepped by way of `outer_bp_at`; returns how
 * many checks there are then. */
static inline uint32_t add_frame(struct walk_checks *checks, uint32_t n, struct walk_frame *frame,
                                 const struct fresh_frame *fresh, uintptr_t outer_bp_at) {
  const struct walk_frame *outer = frame - 1;
  n = add_checks(checks, n, outer, outer_bp_at);
  frame->pc = fresh->pc;
  frame->sp = fresh->sp;
  frame->bp = fresh->bp;
  frame->hash = mix(outer->hash, fresh->pc);
  frame->stored = 0;
  frame->checks = (uint16_t)n;
  frame->bp_needed = fresh->by_bp || (!outer_bp_at && outer->bp_needed);
  return n;
}

void last_walk_finish(struct last_walk *last, uint32_t shared, uint32_t n_fresh, uintptr_t bp_at,
                      const struct walk_frame *beyond, uint32_t flags) {
  SHIM_ASSERT(shared + n_fresh <= RECORDING_MAX_DEPTH);
  const struct fresh_frame *fresh = last->fresh + n_fresh; /* innermost first */
  struct walk_frame *frame = last->frame + shared;         /* outermost first */
  uintptr_t outer_bp_at = bp_at;
  last->depth = shared + n_fresh;
  last->flags = flags;
  last->shared = shared;
  if (!shared && n_fresh) {
    begin(&last->checks, frame++, --fresh, beyond, bp_at, flags);
    outer_bp_at = fresh->bp_at;
  }
  if (fresh == last->fresh)
    return;
  uint32_t n_checks = frame[-1].checks;
  while (fresh-- > last->fresh) {
    n_checks = add_frame(&last->checks, n_checks, frame++, fresh, outer_bp_at);
    outer_bp_at = fresh->bp_at;
  }
}
