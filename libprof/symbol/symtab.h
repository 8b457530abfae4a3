/* The function symbols of one module, sorted for quick lookup.
 *
 * libdwfl's own lookup walks the whole table for each address, which takes seconds in a program of
 * many functions. The table is .symtab or .dynsym of the binary or its debug file and
 * .gnu_debugdata (MiniDebugInfo), whatever libdwfl finds. Names point into the module and live as
 * long as it. */
#pragma once

#include <elfutils/libdwfl.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct symtab_entry {
  uint64_t address, end; /* [address, end) in the module's (biased) addresses */
  uint64_t max_end;      /* of this entry and all before it */
  bool sized;            /* else `end` is only where the next symbol begins */
  const char *name;
  unsigned char rank; /* lower is a better name among those of one address */
};

struct symtab {
  struct symtab_entry *entries; /* owned; by address, then best first */
  size_t count, capacity;
};

/* False when memory is exhausted. A module without symbols gives an empty table. */
bool symtab_init(struct symtab *symtab, Dwfl_Module *module);
void symtab_deinit(struct symtab *symtab);

/* The best named function that holds `address`, or NULL. A function whose size is not said holds
 * it only from `function_start` on (the start by the unwind tables; 0 if unknown). */
const struct symtab_entry *symtab_find(const struct symtab *symtab, uint64_t address,
                                       uint64_t function_start);

/* Do functions of different names (demangled; versions and clones aside) begin where `entry` does?
 */
bool symtab_is_shared(const struct symtab *symtab, const struct symtab_entry *entry);

/* The entry called `name` at the address at which `entry` is, or NULL. */
const struct symtab_entry *symtab_alias(const struct symtab *symtab,
                                        const struct symtab_entry *entry, const char *name);
