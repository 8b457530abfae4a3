#include "shim/walk/last_walk.h"

#include <emmintrin.h>

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

/* One after the other: where the first look shows another stack, no further place is looked at. */
static inline bool each_holds(const uint64_t *const *address, const uint64_t *value, uint32_t n) {
  for (; n; n--)
    if (*address[n - 1] != value[n - 1])
      return false;
  return true;
}

/* 0xffff if two checks hold. */
static inline __m128i two_hold(const uint64_t *const *address, const uint64_t *value) {
  __m128d now = _mm_loadh_pd(_mm_load_sd((const double *)address[0]), (const double *)address[1]);
  return _mm_cmpeq_epi32(_mm_castpd_si128(now), *(const __m128i *)value);
}

/* All at once. */
static inline bool batch_holds(const uint64_t *const *address, const uint64_t *value) {
  __m128i first = _mm_and_si128(two_hold(address, value), two_hold(address + 2, value + 2));
  __m128i last = _mm_and_si128(two_hold(address + 4, value + 4), two_hold(address + 6, value + 6));
  return _mm_movemask_epi8(_mm_and_si128(first, last)) == 0xffff;
}

bool trace_checks_hold(const struct trace_checks *checks, uint32_t n) {
  const bool *apart = checks->apart + n / CHECK_BATCH;
  const uint64_t *const *address = checks->address + n / CHECK_BATCH * CHECK_BATCH;
  const uint64_t *value = checks->value + n / CHECK_BATCH * CHECK_BATCH;
  if (!each_holds(address, value, n % CHECK_BATCH))
    return false;
  while (apart > checks->apart) {
    address -= CHECK_BATCH;
    value -= CHECK_BATCH;
    if (__builtin_expect(*--apart, 0) ? !each_holds(address, value, CHECK_BATCH)
                                      : !batch_holds(address, value))
      return false;
  }
  return true;
}

static uint32_t add_check(struct trace_checks *checks, uint32_t n, const uint64_t *address,
                          uint64_t value) {
  enum { PAGE = 4096 };
  checks->address[n] = address;
  checks->value[n++] = value;
  if (n % CHECK_BATCH == 0)
    checks->apart[n / CHECK_BATCH - 1] =
        ((uintptr_t)checks->address[n - CHECK_BATCH] ^ (uintptr_t)address) >= PAGE;
  return n;
}

/* Adds what the step that led out to `frame` rests on; returns how many checks there are. */
static inline uint32_t add_checks(struct trace_checks *checks, uint32_t n,
                                  const struct trace_frame *frame, uintptr_t bp_slot) {
  static const uint64_t never = 0;
  if (__builtin_expect(bp_slot == TRACE_SLOT_UNKNOWN, 0))
    return add_check(checks, n, &never, 1);
  if (bp_slot && frame->bp_needed)
    n = add_check(checks, n, (const uint64_t *)bp_slot, frame->bp);
  return add_check(checks, n, (const uint64_t *)(frame->sp - 8), frame->pc);
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
  uint32_t n_checks = outer->checks;
  while (fresh-- > trace->fresh) {
    struct trace_frame *frame = outer + 1;
    n_checks = add_checks(&trace->checks, n_checks, outer, bp_slot);
    frame->pc = fresh->pc;
    frame->sp = fresh->sp;
    frame->bp = fresh->bp;
    frame->hash = mix(outer->hash, fresh->pc);
    frame->stored = 0;
    frame->checks = (uint16_t)n_checks;
    frame->bp_needed = fresh->by_bp || (!bp_slot && outer->bp_needed);
    bp_slot = fresh->bp_slot;
    outer = frame;
  }
}
