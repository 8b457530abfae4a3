/* The processor, as far as the types of blocks need it (symbol/block_type.h): which instructions
 * move the result of a call on. arch_CPU.c has the functions for one processor, and no other file
 * of the folder names a register.
 *
 * Registers have DWARF's numbers, below ARCH_REGISTERS; ARCH_NO_REGISTER is any other. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ARCH_REGISTERS = 16, ARCH_NO_REGISTER = -1, ARCH_ARGUMENTS = 6 };

enum code_step_kind {
  STEP_OTHER,   /* only writes the registers in `writes` */
  STEP_MOVE,    /* from -> to, a whole word */
  STEP_LOAD,    /* memory -> to, a whole word */
  STEP_ADDRESS, /* the address of memory -> to */
  STEP_STORE,   /* from -> memory, a whole word */
  STEP_CALL,    /* `target`; 0: not known */
  STEP_JUMP,    /* `target`; 0: not known */
  STEP_RETURN,
};

/* How a register's new value was made, as far as it is the size of something. */
enum code_amount {
  AMOUNT_OTHER,
  AMOUNT_CONSTANT, /* `value` */
  AMOUNT_SCALED,   /* a multiple of something */
  AMOUNT_ADDED,    /* a sum */
};

struct code_step {
  enum code_step_kind kind;
  uint8_t length;
  int to, from;
  int base; /* of the memory: base + offset; ARCH_NO_REGISTER: not known, or `target` */
  int64_t offset;
  int index;       /* a register that may be the base as well, or ARCH_NO_REGISTER */
  bool indexed;    /* and a whole number of elements further */
  bool relative;   /* target is offset, from the next instruction */
  uint64_t target; /* the address that is called, jumped to, loaded from or stored to; or 0 */
  enum code_amount amount; /* of what is written */
  uint64_t value;          /* where there is also `from`, a STEP_OTHER copies a part of that */
  uint32_t writes;         /* a bit a register; of a call those that it does not preserve */
};

/* The instruction in the n bytes at `code`, which is at `address`. False where it is not known, or
 * cut off. */
bool arch_decode(const uint8_t *code, size_t n, uint64_t address, struct code_step *ret);

/* The register that a call's result is in, and those of its first arguments in order. */
int arch_result_register(void);
int arch_argument_register(unsigned i);
