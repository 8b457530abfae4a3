/* The surroundings of functions: the namespaces, classes and functions around a DIE.
 *
 * libdw finds those of one DIE by looking at every DIE of the unit before it (dwarf_getscopes_die).
 * Here one walk over a unit finds those of all DIEs that are asked for, and only looks where they
 * are. Not thread-safe. */
#pragma once

#include "base/arena.h"

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stddef.h>

struct dwarf_scope {
  Dwarf_Die die;                   /* a namespace, type or function */
  const struct dwarf_scope *outer; /* NULL: the unit is next */
};

struct dwarf_enclosing {
  struct dwarf_enclosed *items;
  size_t n, capacity;
  struct arena scopes;
};

/* Asks for what is around `die`; false when memory is exhausted. */
bool dwarf_enclosing_add(struct dwarf_enclosing *enclosing, const Dwarf_Die *die);

/* Finds what was asked for, once all was; false when memory is exhausted. */
bool dwarf_enclosing_find(struct dwarf_enclosing *enclosing);

/* The innermost scope around `die`; NULL if it is at its unit's top, or was not asked for. */
const struct dwarf_scope *dwarf_enclosing_of(const struct dwarf_enclosing *enclosing,
                                             const Dwarf_Die *die);

void dwarf_enclosing_deinit(struct dwarf_enclosing *enclosing);
