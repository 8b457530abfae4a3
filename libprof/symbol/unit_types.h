/* The types of the blocks that the calls in one compilation unit return, into their results. */
#pragma once

#include "symbol/binary.h"
#include "symbol/dwarf_scopes.h"
#include "symbol/results.h"

#include <elfutils/libdwfl.h>

/* n calls of one unit: addresses within them, as in the debug information, and what is around. */
struct unit_calls {
  const struct binary *binary; /* where their code is read */
  Dwfl_Module *module;
  uint64_t to_module; /* added to addresses gives those of the module */
  Dwarf_Die *unit;    /* which has their functions */
  size_t n;
  const uint64_t *addresses;
  const struct dwarf_chain *chains;
};

/* The results of the calls are the n items from `first` on, with their frames. False when memory is
 * exhausted. */
bool unit_types_add(const struct unit_calls *calls, size_t first, struct symbol_results *results);
