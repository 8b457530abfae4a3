#include "shim/record/wide.h"

#include "shim/record/exact.h"
#include "shim/store/wide_shadow.h"

bool wide_again(const void *p, size_t size, const void *frame, uint64_t now) {
  struct thread_state *state = thread_tls.state;
  struct recording_wide_granule *wide = wide_shadow_at((uintptr_t)p);
  __builtin_prefetch(wide, 1);
  struct cfi_frame start = program_frame(frame);
  struct known_call *call = wide ? known_call_find(&state->calls, &start, &state->last_walk) : NULL;
  if (!call || !exact_site(state, call, size))
    return false;
  shadow_clear(p);
  wide->size = (uint32_t)size;
  exact_fill(state, call, &wide->granule, WIDE_GRANULE_PACK((uintptr_t)p, state->granule_bits),
             now);
  return true;
}

bool wide_free(const void *p, const void *frame) {
  struct thread_state *state = thread_tls.state;
  struct recording_wide_granule *wide = thread_is_recorded() ? wide_shadow_find(p) : NULL;
  if (!wide)
    return false;
  uint32_t packed = wide_packed(wide);
  if (__builtin_expect(packed & GRANULE_FAMILY_MASK, 0)) {
    struct recording_object object;
    wide_shadow_read(wide, &object);
    family_check(p, &object, FAMILY_MALLOC, frame);
  }
  exact_free_granule(state, &wide->granule, packed, wide->size, p, frame);
  return true;
}
