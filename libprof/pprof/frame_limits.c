#include "pprof/frame_limits.h"

#include "model/frame.h"

static uint64_t frames_of(const struct profile *profile, const struct profile_sample *sample) {
  uint64_t n = 0;
  for (uint32_t i = 0; i < sample->n_locations; i++)
    n += profile_n_frames(&profile->locations[sample->locations[i]]);
  return n;
}

struct error *frame_limits_check(const struct profile *profile) {
  uint64_t all = 0;
  for (size_t i = 0; i < profile->n_samples; i++) {
    uint64_t n = frames_of(profile, &profile->samples[i]);
    if (n > STACK_FRAMES_MOST)
      return error_create(ERROR_BAD_INPUT,
                          "sample %zu has a stack of %llu frames; memprof reads %d at most", i,
                          (unsigned long long)n, STACK_FRAMES_MOST);
    all += n;
    if (all > FRAMES_MOST)
      return error_create(ERROR_BAD_INPUT,
                          "the stacks have more than %d frames; memprof reads no more",
                          FRAMES_MOST);
  }
  return NULL;
}
