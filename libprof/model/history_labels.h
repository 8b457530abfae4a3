/* The labels of the samples that stand for histories of objects (`run --advise`; docs/SAMPLING.md).
 *
 * A history is a sample with the stack of the allocation and the figures history_objects and
 * history_space: what it stands for. Where the object was freed and the stack of that is known, a
 * second sample of the same `history` has that stack and the figures freed_objects and freed_space.
 * Its `rate` is the one at which an object of its size would stand for as many. Neither has any
 * other figure but temporary_objects and temporary_space, so that sums of all others are as
 * without histories. */
#pragma once

#include "model/profile.h"

#include <string.h>

#define HISTORY_LABEL "history" /* number: which object; never 0 */
/* Labels of the first sample alone: */
#define HISTORY_LABEL_END "end"               /* string, one of the words below */
#define HISTORY_LABEL_LIVED "lived"           /* nanoseconds until its end, or so far */
#define HISTORY_LABEL_CALLS "lived_calls"     /* allocations of its thread meanwhile; if known */
#define HISTORY_LABEL_BYTES "lived_bytes"     /* their bytes; if known */
#define HISTORY_LABEL_BORN_CALLS "born_calls" /* allocations of its thread before */
#define HISTORY_LABEL_SIBLINGS "siblings" /* born at its site meanwhile; where all are recorded */
#define HISTORY_LABEL_MAPPED "mapped"     /* 1: malloc gave it a mapping of its own */
#define HISTORY_LABEL_BORN "born"         /* nanoseconds after the program's start */
#define HISTORY_LABEL_NEW_SIZE "new_size" /* bytes asked of realloc */
#define HISTORY_LABEL_ACTIVATION "activation" /* see below; if known */
#define HISTORY_LABEL_BORN_BY "born_by"       /* number of the thread */
#define HISTORY_LABEL_FREED_BY "freed_by"     /* the same; if known */

#define HISTORY_END_LIVE "live"
#define HISTORY_END_FREE "free"
#define HISTORY_END_GREW "realloc_in_place"
#define HISTORY_END_MOVED "realloc_moved"

/* `activation` N is the frame N + 1 from the root, in both stacks: the innermost function that the
 * object was allocated and freed below, in one and the same activation as far as the stack shows.
 */

static inline bool sample_is_history(const struct profile_sample *sample) {
  for (uint32_t i = 0; i < sample->n_labels; i++)
    if (!strcmp(sample->labels[i].key, HISTORY_LABEL))
      return true;
  return false;
}
