/* The type of the block that a call returns, from debug information.
 *
 * The allocator returns an untyped address; its type is in what the caller does with it. In the
 * order of belief:
 * 1. The compiler says it: clang's DW_AT_LLVM_alloc_type at the call.
 * 2. The calling function is a container's or a smart pointer's for one type: its type argument.
 * 3. A constructor is called or inlined for the address, the outermost of several.
 * 4. The address goes into a variable, a parameter, a member, or is returned: what the pointer
 *    points to. Not `void`, and characters only where nothing better is found.
 *
 * For 3 and 4 the instructions behind the call are followed, without taking conditional jumps, as
 * long as the address is in a register or was put aside on the stack. The size of the type says
 * nothing here: the caller holds it against the block's (symbol/label_types.h), which is why each
 * answer says what a type of another size would mean. */
#pragma once

#include "symbol/block_form.h"
#include "symbol/dwarf_places.h"
#include "symbol/dwarf_scopes.h"

#include <elfutils/libdwfl.h>

struct block_type {
  enum block_form form;
  Dwarf_Die die;
};

/* The code that a call returns to. */
struct block_call {
  uint64_t address;    /* where it returns to, as in the debug information */
  const uint8_t *code; /* what is there */
  size_t n;
  const struct dwarf_chain *chain; /* around the call; not empty */
  Dwfl_Module *module;             /* for its unwind tables */
  uint64_t to_cfi;                 /* added to addresses for them */
  Dwarf_Die *unit;                 /* which has its functions */
  struct dwarf_places *places;     /* of the unit */
  size_t *left; /* DIEs that may be looked at for it and for others; without any there is no type */
};

/* Rules 1, 3 and 4; BLOCK_NONE if they show nothing. */
struct block_type block_type_of_call(const struct block_call *call);

/* Rule 2, for a function of that (demangled) name. */
struct block_type block_type_of_function(Dwarf_Die *function, const char *name);
