/* Names for addresses in mapped files: variables, tables of virtual functions, functions.
 *
 * They come from the symbol table of the file at its path. A file that was replaced has another
 * path in the process's maps (it ends in " (deleted)"), and gives no names. Each file is read once.
 * Not thread-safe. */
#pragma once

#include <stdint.h>

struct address_names;

/* NULL when memory is exhausted. */
struct address_names *address_names_create(void);
void address_names_destroy(struct address_names *names);

/* The symbol that holds the address `distance` bytes after the begin of the file's lowest mapping,
 * demangled, as "name" or "name+0x10". The caller frees it; NULL if no symbol does. */
char *address_names_find(struct address_names *names, const char *path, uint64_t distance);
