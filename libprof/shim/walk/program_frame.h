/* From a frame of the shim's own to the program's. */
#pragma once

#include "shim/walk/cfi.h"

#include <stdint.h>

extern const char __ehdr_start[] __attribute__((visibility("hidden")));
extern const char etext[] __attribute__((visibility("hidden")));

/* The registers of the caller of a function that keeps a frame pointer, as all of the shim do. */
static inline struct cfi_frame caller_frame(const struct arch_frame *frame) {
  return (struct cfi_frame){frame->return_address, (uintptr_t)(frame + 1),
                            (uintptr_t)frame->caller};
}

/* The registers of the program's own frame that called into the shim. */
static inline struct cfi_frame program_frame(const void *own_frame) {
  const struct arch_frame *frame = own_frame;
  while (frame->return_address - (uintptr_t)__ehdr_start <
         (uintptr_t)etext - (uintptr_t)__ehdr_start)
    frame = frame->caller;
  return caller_frame(frame);
}
