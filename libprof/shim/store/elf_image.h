/* The program headers of a loaded object, where the loader mapped them.
 *
 * _dl_find_object names an object's range. For an object whose segments lie side by side that range
 * begins with the ELF header. Where there are gaps between them (pages of 2 MiB, several text
 * segments) glibc gives each segment a range of its own, and the range of the code begins with
 * code. The load bias is the link map's l_addr in both cases, so the header is looked for from
 * there.
 *
 * Nothing here is believed before it was checked: a header must lie in a range that the loader
 * knows to be this object's, and one of its PT_LOAD segments must hold the address that was asked
 * for. No lock, no libc call but the lock-free _dl_find_object and getauxval. */
#pragma once

#include <dlfcn.h>
#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_image {
  const ElfW(Phdr) * segment;
  unsigned n_segments;
  uintptr_t bias; /* load address minus ELF virtual address */
};

/* The image of the object that holds pc. False where its program headers are not in memory: a
 * linker script may leave them out. */
bool elf_image_find(uintptr_t pc, const struct dl_find_object *object, struct elf_image *ret);

/* Whether the kernel executed the program itself: it then says where it put the interpreter. Else
 * it executed the loader, and the program was an argument. */
bool elf_image_has_interpreter(void);

/* The PT_LOAD segment that holds [at, at + size) whole, as far as the file fills it, and has all of
 * these flags (PF_R, PF_X); NULL if no segment does. */
const ElfW(Phdr) *
    elf_image_segment(const struct elf_image *image, uintptr_t at, size_t size, uint32_t flags);
