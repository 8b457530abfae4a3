/* Where the unwind tables of a loaded object may be read.
 *
 * Nothing in the tables is believed to be in bounds: a program that throws nothing runs well with
 * damaged ones. The bounds are those of the PT_LOAD segments that hold .eh_frame_hdr and .eh_frame,
 * as far as the loader says that they are the object's. */
#pragma once

#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>

/* All of [header, header_end) and of [frames, frames_end) can be read. */
struct cfi_tables {
  const uint8_t *header, *header_end; /* .eh_frame_hdr, to its segment's end */
  const uint8_t *frames, *frames_end; /* the segment of .eh_frame */
};

/* The tables of the object that holds pc; false if it has none that can be read. Lock-free; bounds
 * that were found once are remembered. */
bool cfi_tables_find(uintptr_t pc, const struct dl_find_object *object, struct cfi_tables *ret);

/* Forgets all bounds: code was unloaded, or the process is a forked child. */
void cfi_tables_forget(void);
