/* DWARF expressions in call frame information (DWARF 5 section 2.5). */
#pragma once

#include "shim/walk/cfi.h"
#include "shim/walk/stack_bounds.h"

/* Evaluates a DWARF expression over a frame's registers, `initial` pushed first if push is set.
 * Reads memory only from frame->sp up to what the bounds say. False for an operation or register
 * not known here.
 */
bool cfi_evaluate(const uint8_t *expression, uint64_t length, const struct cfi_frame *frame,
                  struct stack_bounds *bounds, bool push, uintptr_t initial, uintptr_t *ret);
