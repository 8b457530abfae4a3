/* Starts of functions by the unwind tables: known even for a binary stripped of all symbols.
 *
 * .eh_frame_hdr is a table, sorted by address, of functions and their entries (FDE) in .eh_frame.
 * Its layout is in the Linux Standard Base, Core, "Exception Frames". Only the encodings that all
 * linkers write on x86-64 and arm64 are read (4-byte, relative). The file is not trusted. */
#pragma once

#include <libelf.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct unwind_starts {
  Elf *elf;
  const unsigned char *table; /* count pairs of two 4-byte numbers; points into elf's data */
  size_t count;
  uint64_t base; /* the ELF address of .eh_frame_hdr, to which the table's numbers are relative */
};

/* Without a table that can be read, count is 0 and nothing will be found. elf must outlive it. */
void unwind_starts_init(struct unwind_starts *starts, Elf *elf);

/* The ELF address of the first byte of the function around `address`; 0 if the tables do not say.
 */
uint64_t unwind_starts_find(const struct unwind_starts *starts, uint64_t address);
