/* The last walk of a thread, kept to shorten the next.
 *
 * Consecutive walks mostly share their outer frames. The registers of each frame are kept, and the
 * places that they were loaded from. Once a new walk reaches a frame of the same registers, it only
 * looks whether those places are unchanged: then the rest is the same, at a load and a compare a
 * frame. */
#pragma once

#include "common/layout.h"
#include "shim/walk/cfi.h"

#include <stdbool.h>
#include <stdint.h>

struct walk_frame {
  uint64_t pc;      /* in the recording's form: a return address, or exact with FRAME_EXACT_PC */
  uintptr_t sp, bp; /* registers of this frame */
  uint64_t hash;    /* over this frame and all outer ones */
  uint32_t stored;  /* its word in TABLE_STACKS, after which its outer frames stand; 0: none */
  uint16_t checks;  /* how many of the walk's checks its outer frames rest on */
  bool bp_needed;   /* a step out of it or of an outer frame goes by its bp */
};

/* The checks of a walk: the places in memory that its steps loaded registers from, and their
 * contents. Saved values of bp that no step goes by need no check: optimised code uses it for other
 * things. Looked at in batches, all at once where a batch lies on one page. */
enum { CHECKS_MOST = 2 * RECORDING_MAX_DEPTH, CHECK_BATCH = 8 };
struct walk_checks {
  const uint64_t *address[CHECKS_MOST]; /* outermost first */
  _Alignas(16) uint64_t value[CHECKS_MOST];
  bool apart[CHECKS_MOST / CHECK_BATCH]; /* of a full batch: it lies on several pages */
};

/* A frame that a walk has just found, and how the step led to it. */
struct fresh_frame {
  uint64_t pc;
  uintptr_t sp, bp;
  uintptr_t bp_at; /* where bp was loaded from; 0: it is unchanged; BP_AT_UNKNOWN */
  bool by_bp;      /* whether the step out of here went by bp */
};
#define BP_AT_UNKNOWN 1

/* Belongs to the thread; all zero at first. */
struct last_walk {
  uint32_t depth;
  uint32_t flags;     /* enum stack_flags */
  uint32_t forgotten; /* unwind_forgotten at that time: older traces are not built on */
  uint32_t shared;    /* frames that the last walk found there already */
  struct walk_frame frame[RECORDING_MAX_DEPTH]; /* outermost first */
  struct walk_checks checks;
  struct fresh_frame fresh[RECORDING_MAX_DEPTH]; /* scratch: innermost first */
};

static inline uint64_t last_walk_hash(const struct last_walk *last) {
  return last->depth ? last->frame[last->depth - 1].hash : 1;
}

/* The hash of a walk that gave these frames, innermost first, and flags. */
uint64_t walk_hash_of(const uint64_t *frames, uint32_t depth, uint32_t flags);

/* Whether the outermost n checks hold. From the inside: where a stack is another one now, and
 * perhaps a smaller one, the first look shows it, and what is further out may not be there. */
bool walk_checks_hold(const struct walk_checks *checks, uint32_t n);

/* Whether these are the registers of a kept frame, as far as the rest of the walk goes by them. */
static inline bool walk_is_frame(const struct walk_frame *kept, uint64_t pc, uintptr_t sp,
                                 uintptr_t bp) {
  return kept->sp == sp && kept->pc == pc && (kept->bp == bp || !kept->bp_needed);
}

/* The innermost n_fresh of the fresh frames go on top of the outermost `shared` kept ones, the walk
 * having stepped to these by way of `bp_at`. Without shared ones it may have stepped to `beyond`,
 * of pc 0, and ended there; else that is NULL. */
void last_walk_finish(struct last_walk *last, uint32_t shared, uint32_t n_fresh, uintptr_t bp_at,
                      const struct walk_frame *beyond, uint32_t flags);
