/* The part of an inspection that reads the ELF file. */
#pragma once

#include "symbol/inspect.h"

/* Fills in what in->program says, and in->obstacle. */
void inspect_elf(struct inspection *in);

/* Has the ELF file at path a section of this name? */
bool inspect_has_section(const char *path, const char *name);
