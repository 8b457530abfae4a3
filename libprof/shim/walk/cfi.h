/* Call frame information: how to step from one frame to its caller, read from .eh_frame.
 *
 * Only what unwinding of the program counter, the stack pointer and the frame pointer needs is
 * kept: the canonical frame address (CFA) and where the frame pointer and the return address were
 * saved. The reader allocates nothing, takes no lock and calls nothing in libc but _dl_find_object
 * (lock-free, glibc 2.35). Formats: DWARF 5 section 6.4; the LSB's ".eh_frame" and ".eh_frame_hdr";
 * registers by walk/arch.h. */
#pragma once

#include "shim/walk/arch.h"
#include "shim/walk/cfi_tables.h"

#include <stdbool.h>
#include <stdint.h>

enum cfi_rule_kind {
  CFI_SAME,       /* unchanged from the callee */
  CFI_UNDEFINED,  /* for the return address: this is the outermost frame */
  CFI_OFFSET,     /* saved at CFA + offset */
  CFI_VAL_OFFSET, /* is CFA + offset */
  CFI_EXPRESSION, /* saved where the expression says (the CFA is pushed first) */
  CFI_VAL_EXPRESSION,
  CFI_ELSEWHERE, /* a rule that needs a register not kept here */
};

struct cfi_rule {
  enum cfi_rule_kind kind;
  int64_t offset;
  const uint8_t *expression;
  uint64_t length;
};

struct cfi_row {
  uint32_t cfa_register; /* CFA = register + cfa_offset unless cfa_expression */
  int64_t cfa_offset;
  const uint8_t *cfa_expression;
  uint64_t cfa_length;
  struct cfi_rule bp, ra;
  bool signal_frame;
};

/* The row in force at pc, in the object that has these tables. False if no row is in force or
 * it cannot be read. Nothing outside the tables is read, whatever is in them. */
bool cfi_find(const struct cfi_tables *tables, uintptr_t pc, struct cfi_row *row);

/* Where the function that pc lies in starts, by the same table; 0 if that cannot be told. */
uintptr_t cfi_function(const struct cfi_tables *tables, uintptr_t pc);

/* Registers of a frame. */
struct cfi_frame {
  uintptr_t pc, sp, bp;
};
