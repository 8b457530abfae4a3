/* From addresses to compilation units and, within a unit, to the chain of scopes around each.
 *
 * libdw finds a unit by .debug_aranges, which clang and rustc do not write, and walks a unit's tree
 * for each address anew. Here the ranges of all units are read once from the units' own DIEs, and
 * one walk of a unit serves all its addresses. Addresses are those of the DWARF (unbiased). */
#pragma once

#include <elfutils/libdw.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dwarf_index_range {
  uint64_t low, high; /* [low, high) */
  uint64_t max_high;  /* of this range and all before it */
  Dwarf_Off unit;     /* offset of the unit's DIE in .debug_info */
};

struct dwarf_index {
  Dwarf *dwarf;
  struct dwarf_index_range *ranges; /* owned; by low */
  size_t count, capacity;
};

/* False when memory is exhausted. Damaged units are left out. */
bool dwarf_index_init(struct dwarf_index *index, Dwarf *dwarf);
void dwarf_index_deinit(struct dwarf_index *index);

/* The unit that holds address: its DIE (of the skeleton, for split DWARF) in *ret. */
bool dwarf_index_find(const struct dwarf_index *index, uint64_t address, Dwarf_Die *ret);
