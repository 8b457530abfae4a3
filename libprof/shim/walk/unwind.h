/* Stack walks of the calling thread: fast, lock-free, and never through the loader.
 *
 * Nearly every row of call frame information says "CFA = stack or frame pointer plus a constant,
 * frame pointer unchanged or saved at a constant" (99.97% and more in ordinary programs). Such a
 * row packs into 17 bits, so a table of one word a pc, shared by all threads, steps a frame with
 * two loads once the pc has been seen. A pc that is new is looked up with _dl_find_object, which
 * takes no lock, and its row interpreted (cfi.h); that is also when its module is registered. Rows
 * that do not pack are interpreted each time.
 *
 * Code without any information (a JIT's) is stepped over by its frame pointer where that points
 * into the stack. Stack reads stay between the stack pointer and the stack's end.
 *
 * Nothing of libunwind is loaded into the target: it takes the loader's lock (dl_iterate_phdr) and
 * 250 microseconds for the first walk, and its _Unwind_* functions shadow libgcc's. The tests
 * compare our traces with its. */
#pragma once

#include "common/layout.h"
#include "shim/walk/cfi.h"
#include "shim/walk/last_walk.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Walks from `start`, whose pc is a return address, at most `max` frames. `main_thread` says how to
 * find the stack's end. The last walk, kept in *last, shortens this one, which takes its place. */
void unwind_stack(struct cfi_frame start, struct last_walk *last, uint32_t max, bool main_thread);

/* How often unwind_forget was called. */
extern uint32_t unwind_forgotten __attribute__((visibility("hidden")));

/* Forgets what was learnt about each pc: code was unloaded. */
void unwind_forget(void);
