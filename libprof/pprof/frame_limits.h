/* The bounds on what a small file may ask for. */
#pragma once

#include "base/error.h"
#include "model/profile.h"

/* Frames of all stacks together, inlined ones included, and of one stack. memprof's own stacks have
 * 512 frames without inlined ones, Go's 128. A location of many inlined lines in a stack that
 * repeats it makes 100 million frames of 14 KB. */
enum { FRAMES_MOST = 50000000, STACK_FRAMES_MOST = 100000 };

/* ERROR_BAD_INPUT where the profile has more; the message names the limit. */
struct error *frame_limits_check(const struct profile *profile);
