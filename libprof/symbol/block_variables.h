/* The variables of a function near one of its calls, and where they are. Private to the types of
 * blocks (symbol/block_type.h). */
#pragma once

#include "base/vector.h"
#include "symbol/arch.h"
#include "symbol/block_type.h"

struct block_variable {
  Dwarf_Die die, type, scope; /* scope: the function, inlined function or block around it */
  unsigned depth;             /* of the inlined function that it is in; 0: the real one */
  bool of_constructor;        /* it is a constructor's `this` */
  bool passed;                /* it is an inlined function's that is called after the call */
};

/* A pointer that is in a register while [begin, end) runs; begin == end: before what is there. */
struct block_register {
  struct block_variable variable;
  Dwarf_Addr begin, end;
  int reg;
};

struct block_variables {
  const struct block_call *call;
  VECTOR(struct block_variable) items;
  VECTOR(struct block_register) registers;
  VECTOR(struct dwarf_place) calls; /* later ones: what is called, by where it returns to */
  Dwarf_Die said;                   /* what the compiler says (rule 1), if .addr is set */
  bool not_allocator;               /* the called function is known, and allocates for nobody */
};

/* Those in scopes that the first `length` bytes behind the call are in. False when memory is
 * exhausted. */
bool block_variables_find(const struct block_call *call, uint64_t length,
                          struct block_variables *ret);
void block_variables_deinit(struct block_variables *variables);

/* The pointer in the function's frame that the step at `address` loads or stores. */
bool block_frame_pointer(const struct block_variables *variables, uint64_t address,
                         const struct code_step *step, Dwarf_Die *ret);

/* The pointer at an address of the program: in a global variable; only an array's, if `of_array`. */
bool block_global_pointer(const struct block_variables *variables, uint64_t address, bool of_array,
                          Dwarf_Die *ret);

/* A constructor's class, for the function of an inlined or called one. */
bool block_constructor_class(Dwarf_Die *function, Dwarf_Die *ret);
