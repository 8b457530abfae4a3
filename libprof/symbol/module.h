/* Answers for the addresses of one binary, by libdwfl: DWARF with inlined frames first, then
 * symbols.
 *
 * Opens the binary's debug information wherever it is: in the file, by .gnu_debuglink, in the
 * build-id directories, through .gnu_debugaltlink (dwz), in .dwo files, in .gnu_debugdata, by
 * debuginfod. Not thread-safe. */
#pragma once

#include "symbol/binary.h"
#include "symbol/results.h"

struct symbol_module;

/* Opens the module of `binary`, which must outlive it. debug_dirs as in binary_find. NULL when
 * libdw cannot read the file or memory is exhausted. */
struct symbol_module *symbol_module_open(const struct binary *binary, const char *debug_dirs);
void symbol_module_close(struct symbol_module *module);

/* The file that DWARF came from ("" without DWARF); lives as long as the module. */
const char *symbol_module_debug_file(const struct symbol_module *module);

/* The file name in the binary's .gnu_debuglink, "" if it has none; lives as long as the module. */
const char *symbol_module_debug_link(const struct symbol_module *module);

/* Appends one item for each place, in any order. False when memory is exhausted. */
bool symbol_module_resolve(struct symbol_module *module, const struct code_place *places, size_t n,
                           struct symbol_results *results);
