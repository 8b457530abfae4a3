/* The part of an inspection that reads the ELF file. */
#pragma once

#include "symbol/inspect.h"

/* Fills in what in->program says, and in->obstacle. */
void inspect_elf(struct inspection *in);

/* Has the ELF file at path a section of this name? */
bool inspect_has_section(const char *path, const char *name);

/* Calls `visit` with the name of each function that the ELF file at path defines, until it returns
 * true; whether it did. */
typedef bool inspect_function_fn(void *context, const char *name);
bool inspect_functions(const char *path, inspect_function_fn *visit, void *context);
