/* The functions and global variables of one compilation unit by address, found in one walk that
 * waits until somebody asks. */
#pragma once

#include "base/vector.h"

#include <elfutils/libdw.h>

#include <stdbool.h>
#include <stdint.h>

struct dwarf_place {
  uint64_t address; /* its first byte */
  Dwarf_Die die;
};

struct dwarf_places {
  bool known;
  VECTOR(struct dwarf_place) functions, variables; /* once known, by address */
};

void dwarf_places_deinit(struct dwarf_places *places);

/* The function that begins at `address`, in the unit whose functions `unit` holds. */
bool dwarf_places_function(struct dwarf_places *places, Dwarf_Die *unit, uint64_t address,
                           Dwarf_Die *ret);

/* The last global variable that begins at `address` or before; where, in *begin. */
bool dwarf_places_variable(struct dwarf_places *places, Dwarf_Die *unit, uint64_t address,
                           uint64_t *begin, Dwarf_Die *ret);

/* The address of a variable that has a fixed one. */
bool dwarf_variable_address(Dwarf_Die *variable, uint64_t *ret);
