/* libunwind's walk of the calling thread, to hold ours against.
 *
 * libunwind is opened with RTLD_LOCAL: were it linked, its _Unwind_* functions would take the place
 * of libgcc's, whose frames are among those to be walked. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct oracle_frame {
  uintptr_t pc, sp;
  bool exact; /* a signal interrupted it: pc was executing */
};

enum oracle_end {
  ORACLE_FINISHED, /* the outermost frame */
  ORACLE_FAILED,   /* libunwind could not go on */
  ORACLE_FULL,     /* `max` frames and more to come */
};

/* Once, before the first walk; false where libunwind is not there. It allocates. */
bool oracle_load(void);

/* The frames from the one with stack pointer `sp` outwards, innermost first. *n is 0 if the walk
 * did not come by it. */
enum oracle_end oracle_walk(uintptr_t sp, struct oracle_frame *frames, unsigned max, unsigned *n);
