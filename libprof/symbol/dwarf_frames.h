/* From a chain of scopes to frames with names, files and lines. */
#pragma once

#include "symbol/dwarf_enclosing.h"
#include "symbol/dwarf_scopes.h"
#include "symbol/results.h"

/* Asks for what is around those functions of the chain that have no linkage name, which says it.
 * False when memory is exhausted. */
bool dwarf_want_enclosing(struct dwarf_enclosing *enclosing, const struct dwarf_chain *chain);

/* Appends the frames of `address` to the last item of results, innermost first. `line_unit` is the
 * DIE of the unit that holds the line table (the skeleton, for split DWARF); in `enclosing` all of
 * the chain's was asked for and found. symbol_name is the
 * symbol table's name of the real function, or NULL; it is used where DWARF has none that a linker
 * would know. With an empty chain but a line, the frame is symbol_name's. Appends nothing when
 * nothing is known. False when memory is exhausted. */
bool dwarf_add_frames(struct symbol_results *results, Dwarf_Die *line_unit,
                      const struct dwarf_enclosing *enclosing, const struct dwarf_chain *chain,
                      uint64_t address, const char *symbol_name);

/* Appends a frame for a mangled name, demangling it. The strings are copied. */
bool symbol_add_named_frame(struct symbol_results *results, const char *system_name,
                            const char *file, int64_t line, int64_t start_line);
