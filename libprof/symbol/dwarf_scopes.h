/* The functions around each of several addresses of one compilation unit, found in one walk.
 *
 * A chain is what the debugger shows at the address: the real function first, then each function
 * inlined into it on the way to the address, the innermost last. */
#pragma once

#include <elfutils/libdw.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dwarf_chain {
  Dwarf_Die *dies; /* owned; DW_TAG_subprogram, then DW_TAG_inlined_subroutine */
  size_t count, capacity;
};

/* Fills chains[i] (zeroed by the caller, freed with free(chains[i].dies)) for addresses[i]; the
 * addresses are sorted. `unit` is the DIE that holds the functions: the split unit's for split
 * DWARF. An address in no function gets an empty chain. False when memory is exhausted. */
bool dwarf_find_scopes(Dwarf_Die *unit, const uint64_t *addresses, size_t n,
                       struct dwarf_chain *chains);
