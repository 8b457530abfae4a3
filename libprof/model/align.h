/* Names and stacks of several profiles, numbered alike whatever build they are from.
 *
 * Frames are the same when their demangled function names are, less the suffixes that compilers add
 * (model/stable_name.h); stacks are the same when their whole chains of such names are, inlined
 * frames included. Lines, addresses, mappings and whether a call was inlined take no part. One
 * profile after the other is aligned: begin, a stack for each sample, end. */
#pragma once

#include "base/vector.h"
#include "model/frame.h"
#include "model/hash_index.h"
#include "model/profile.h"

struct aligned_name {
  const char *text; /* the arena's */
  size_t length;
};

struct aligned_stack {
  const uint32_t *names; /* numbers, leaf first; the arena's */
  uint32_t n_names;
};

/* The number of a frame's name, and whether it lost a compiler's suffix. */
struct aligned_frame {
  uint32_t number;
  bool is_clone;
};

struct alignment {
  VECTOR(struct aligned_name) names;
  VECTOR(struct aligned_stack) stacks;
  VECTOR(uint32_t) row; /* of the stack asked for last: its names */
  /* Private. */
  struct arena *arena;
  VECTOR(struct aligned_frame) chain;
  struct hash_index by_name, by_stack;
  const struct profile *profile;
  struct frame_names frame_names;
  struct aligned_frame *functions; /* by index; number is PROFILE_NONE if not looked up yet */
};

/* Names and rows are put into `arena`, which has to live as long as they are used. */
void alignment_init(struct alignment *alignment, struct arena *arena);
void alignment_deinit(struct alignment *alignment);

/* Turns to a profile, and away from it; end is fine after a failed begin. */
struct error *alignment_begin(struct alignment *alignment, const struct profile *profile);
void alignment_end(struct alignment *alignment);

/* The number of a sample's stack. */
struct error *alignment_stack(struct alignment *alignment, const struct profile_sample *sample,
                              uint32_t *ret);
