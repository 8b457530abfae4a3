/* Stack walks of the calling thread: fast, lock-free, and never through the loader.
 *
 * Nearly every row of call frame information says "CFA = rsp or rbp plus a constant, rbp unchanged or saved
 * at a constant" (99.97% and more in ordinary programs). Such a row packs into 17 bits, so a table of one word
 * a pc, shared by all threads, steps a frame with two loads once the pc has been seen. A pc that is new
 * is looked up with _dl_find_object, which takes no lock, and its row interpreted (cfi.h); that is also when its
 * module is registered. Rows that do not pack are interpreted each time.
 *
 * Code without any information (a JIT's) is stepped over by its frame pointer where that points into the
 * stack. Stack reads stay between the stack pointer and the stack's end.
 *
 * Nothing of libunwind is loaded into the target: it takes the loader's lock (dl_iterate_phdr) and 250
 * microseconds for the first walk, and its _Unwind_* functions shadow libgcc's. The tests compare
 * our traces with its. */
#pragma once

#include "shim/cfi.h"

#include <stddef.h>
#include <stdint.h>

struct unwound {
  uint32_t depth;
  uint32_t flags; /* enum stack_flags */
  uint64_t hash;  /* over the frames and flags; never 0 */
};

/* Walks from `start`, whose pc is a return address, and writes at most `max` frames in the recording's
 * form, `start->pc` first. `main_thread` says how to find the stack's end. */
struct unwound unwind_stack(const struct cfi_frame *start, uint64_t *frames, uint32_t max, bool main_thread);

/* The hash of a walk that gave these frames and flags. */
uint64_t unwind_hash(const uint64_t *frames, uint32_t depth, uint32_t flags);

/* Forgets what was learnt about each pc: code was unloaded. */
void unwind_forget(void);
