/* Stacks in text, with runs of frames that say nothing as one line (model/stack_fold.h). */
#pragma once

#include "base/arena.h"
#include "base/strbuf.h"
#include "model/finding.h"
#include "report/frames.h"

struct fold_frames {
  struct frame *frames; /* leaf first */
  unsigned char *marks; /* enum frame_fold of each */
  uint32_t n;
};

/* The frames of a sample; none is marked if `all`. Memory from `arena`; false without. */
bool fold_frames_read(const struct profile *profile, const struct profile_sample *sample, bool all,
                      struct arena *arena, struct fold_frames *ret);

/* If a run begins at `at`: appends "... 5 frames of the runtime's start" and returns its length.
 * Else appends nothing and returns 0. */
uint32_t fold_append_run(struct strbuf *sb, const unsigned char *marks, uint32_t n, uint32_t at);
