/* Compares walks of the calling thread's stack: ours over the thread's last walk, ours from
 * nothing, and libunwind's.
 *
 * They must have the same frames, by address and by stack pointer, and end at the same one. Where
 * they do not, it is one of these, which are counted apart, or a mismatch. */
#pragma once

#include "shim/walk/unwind.h"

#include <stdbool.h>
#include <stdint.h>

/* Plain counts; in memory that processes may share. */
struct tally {
  uint64_t walks, frames;
  uint64_t cut;     /* of the walks: deeper than asked for */
  uint64_t reused;  /* frames that a walk took over from the last walk */
  uint64_t signals; /* of the walks: a signal's frame was in it */

  uint64_t mismatches;
  uint64_t unlike_fresh; /* of the mismatches: the walk over the last walk differs from one from
                            nothing */

  /* Documented differences; all frames before are the same. */
  uint64_t theirs_stopped; /* libunwind could not go on, or took the frame for the outermost; ours
                              has more */
  uint64_t ours_stopped;   /* ours says STACK_INCOMPLETE, at a frame whose CFI needs a register that
                              it does not keep */
  uint64_t no_cfi;         /* from code without CFI (a JIT's) on both guess, and not alike */
};

/* The settings of compare_here; set before its first call. */
extern struct tally *compare_tally;
extern uint32_t compare_depth; /* --depth */

/* Called for each mismatch with its description: lines that begin with '#'. Perhaps in a signal
 * handler. May be NULL. */
extern void (*compare_report)(const char *text, size_t n);
extern bool compare_reports_all; /* the documented differences too */

/* Compares from the caller's frame on. Nothing is compared where this thread is doing so already (a
 * signal came). */
void compare_here(void);

/* The same from a frame whose registers are known. */
void compare_from(const struct cfi_frame *start);
