/* Stack walks of the calling thread: fast, lock-free, and never through the loader.
 *
 * Nearly every row of call frame information says "CFA = rsp or rbp plus a constant, rbp unchanged
 * or saved at a constant" (99.97% and more in ordinary programs). Such a row packs into 17 bits, so
 * a table of one word a pc, shared by all threads, steps a frame with two loads once the pc has
 * been seen. A pc that is new is looked up with _dl_find_object, which takes no lock, and its row
 * interpreted (cfi.h); that is also when its module is registered. Rows that do not pack are
 * interpreted each time.
 *
 * Code without any information (a JIT's) is stepped over by its frame pointer where that points
 * into the stack. Stack reads stay between the stack pointer and the stack's end.
 *
 * Consecutive walks of a thread mostly share their outer frames. The last walk is kept, with each
 * frame's registers and where they were loaded from; once a new walk reaches a frame of the same
 * registers it only checks that those places still hold what they held: then the rest is the same,
 * at a load and a compare a frame.
 *
 * Nothing of libunwind is loaded into the target: it takes the loader's lock (dl_iterate_phdr) and
 * 250 microseconds for the first walk, and its _Unwind_* functions shadow libgcc's. The tests
 * compare our traces with its. */
#pragma once

#include "common/layout.h"
#include "shim/cfi.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct trace_frame {
  uint64_t pc;      /* in the recording's form: a return address, or exact with FRAME_EXACT_PC */
  uintptr_t sp, bp; /* registers of this frame */
  uint64_t hash;    /* over this frame and all outer ones */
  /* Fresh frames: where bp was loaded from in stepping here (0: unchanged; 1: unknown), and whether
   * the step out of here went by bp. */
  uintptr_t bp_slot;
  bool by_bp;
  /* Kept frames: how many of the trace's checks its outer frames rest on, and whether a step out of
   * it or of an outer frame goes by its bp. */
  bool bp_needed;
  uint32_t checks;
};

/* A place in memory that a step loaded a register from, and what it held. Saved values of bp that
 * no step goes by need no check: optimised code uses it for other things. */
struct trace_check {
  const uint64_t *address;
  uint64_t value;
};

/* The last walk of a thread. Belongs to the thread; all zero at first. */
struct trace {
  uint32_t depth;
  uint32_t flags;    /* enum stack_flags */
  uint32_t unloaded; /* the value of a global count of unwind_forget calls: older traces are not
                        built on */
  struct trace_frame frame[RECORDING_MAX_DEPTH];     /* outermost first */
  struct trace_check check[2 * RECORDING_MAX_DEPTH]; /* likewise */
  struct trace_frame fresh[RECORDING_MAX_DEPTH];     /* scratch: innermost first */
};

/* Walks from `start`, whose pc is a return address, at most `max` frames. `main_thread` says how to
 * find the stack's end. The hash of the walk is trace_hash(trace), never 0. */
void unwind_stack(const struct cfi_frame *start, struct trace *trace, uint32_t max,
                  bool main_thread);

static inline uint64_t trace_hash(const struct trace *trace) {
  return trace->depth ? trace->frame[trace->depth - 1].hash : 1;
}

/* The hash of a walk that gave these frames, innermost first, and flags. */
uint64_t unwind_hash(const uint64_t *frames, uint32_t depth, uint32_t flags);

/* Forgets what was learnt about each pc: code was unloaded. */
void unwind_forget(void);
