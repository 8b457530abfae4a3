#include "shim/store/elf_image.h"

#include "shim/sys/probe.h"

#include <elf.h>
#include <sys/auxv.h>

/* Whether [at, at + size) lies in one range of the loader's for this link map, and can be read: a
 * range may have holes, and begin with a segment that can only be executed. */
static bool is_mapped(const struct link_map *map, uintptr_t at, size_t size) {
  struct dl_find_object found;
  return _dl_find_object((void *)at, &found) == 0 && found.dlfo_link_map == map &&
         size <= (uintptr_t)found.dlfo_map_end - at && probe_readable(at, size);
}

static bool is_header(const ElfW(Ehdr) * header) {
  for (int i = 0; i < SELFMAG; i++)
    if (header->e_ident[i] != (unsigned char)ELFMAG[i])
      return false;
  return header->e_phentsize == sizeof(ElfW(Phdr));
}

/* By the header at `at`, if there is one. */
static bool take_header(const struct link_map *map, uintptr_t at, struct elf_image *ret) {
  const ElfW(Ehdr) *header = (const void *)at;
  if (at % sizeof(header->e_phoff) || !is_mapped(map, at, sizeof(*header)) || !is_header(header) ||
      header->e_phoff % sizeof(header->e_phoff) ||
      !is_mapped(map, at + header->e_phoff, header->e_phnum * sizeof(ElfW(Phdr))))
    return false;
  ret->segment = (const void *)(at + header->e_phoff);
  ret->n_segments = header->e_phnum;
  return true;
}

bool elf_image_has_interpreter(void) {
  return getauxval(AT_BASE) != 0;
}

/* The program's, by the kernel; or by the loader, which puts its own in their place where it was
 * executed itself. */
static bool take_auxiliary(const struct link_map *map, struct elf_image *ret) {
  uintptr_t at = getauxval(AT_PHDR), n = getauxval(AT_PHNUM);
  if (!at || getauxval(AT_PHENT) != sizeof(ElfW(Phdr)) ||
      !is_mapped(map, at, n * sizeof(ElfW(Phdr))))
    return false;
  ret->segment = (const void *)at;
  ret->n_segments = (unsigned)n;
  return true;
}

/* Whether what was found is this object's: it accounts for pc. */
static bool explains(const struct elf_image *image, uintptr_t pc) {
  for (unsigned i = 0; i < image->n_segments; i++)
    if (image->segment[i].p_type == PT_LOAD &&
        pc - image->bias - image->segment[i].p_vaddr < image->segment[i].p_memsz)
      return true;
  return false;
}

bool elf_image_find(uintptr_t pc, const struct dl_find_object *object, struct elf_image *ret) {
  const struct link_map *map = object->dlfo_link_map;
  ret->bias = map->l_addr;
  return (take_header(map, (uintptr_t)object->dlfo_map_start, ret) && explains(ret, pc)) ||
         (take_header(map, map->l_addr, ret) && explains(ret, pc)) ||
         (take_auxiliary(map, ret) && explains(ret, pc));
}

const ElfW(Phdr) *
    elf_image_segment(const struct elf_image *image, uintptr_t at, size_t size, uint32_t flags) {
  for (unsigned i = 0; i < image->n_segments; i++) {
    const ElfW(Phdr) *segment = &image->segment[i];
    uintptr_t offset = at - image->bias - segment->p_vaddr;
    if (segment->p_type == PT_LOAD && (segment->p_flags & flags) == flags &&
        offset < segment->p_filesz)
      return segment->p_filesz - offset >= size ? segment : NULL;
  }
  return NULL;
}
