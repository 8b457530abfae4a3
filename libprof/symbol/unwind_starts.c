#include "symbol/unwind_starts.h"

#include <gelf.h>
#include <string.h>

#define UDATA4 0x03
#define PCREL_SDATA4 0x1b
#define DATAREL_SDATA4 0x3b
#define HEADER_SIZE 12 /* version, three encodings, pointer to .eh_frame, number of entries */
#define ENTRY_SIZE 8

static uint32_t get_u32(const unsigned char *p) {
  uint32_t value;
  memcpy(&value, p, sizeof(value));
  return value;
}

/* `n` bytes of the file that are mapped at `address`, or NULL. */
static const unsigned char *bytes_at(Elf *elf, uint64_t address, size_t n) {
  size_t n_segments;
  if (elf_getphdrnum(elf, &n_segments))
    return NULL;
  for (size_t i = 0; i < n_segments; i++) {
    GElf_Phdr phdr;
    if (!gelf_getphdr(elf, (int)i, &phdr) || phdr.p_type != PT_LOAD || address < phdr.p_vaddr ||
        address - phdr.p_vaddr >= phdr.p_filesz || phdr.p_filesz - (address - phdr.p_vaddr) < n)
      continue;
    size_t size;
    const char *image = elf_rawfile(elf, &size);
    uint64_t offset = address - phdr.p_vaddr + phdr.p_offset;
    return image && offset <= size && size - offset >= n ? (const unsigned char *)image + offset
                                                         : NULL;
  }
  return NULL;
}

static void read_header(struct unwind_starts *starts, const GElf_Phdr *phdr) {
  const unsigned char *header = bytes_at(starts->elf, phdr->p_vaddr, HEADER_SIZE);
  if (!header || header[0] != 1 || header[1] != PCREL_SDATA4 || header[2] != UDATA4 ||
      header[3] != DATAREL_SDATA4)
    return;
  size_t count = get_u32(header + 8);
  if (!bytes_at(starts->elf, phdr->p_vaddr, HEADER_SIZE + count * ENTRY_SIZE))
    return;
  starts->table = header + HEADER_SIZE;
  starts->count = count;
  starts->base = phdr->p_vaddr;
}

void unwind_starts_init(struct unwind_starts *starts, Elf *elf) {
  *starts = (struct unwind_starts){.elf = elf};
  size_t n;
  const char *ident = elf_getident(elf, NULL);
  if (!ident || ident[EI_DATA] != ELFDATA2LSB || elf_getphdrnum(elf, &n))
    return;
  for (size_t i = 0; i < n; i++) {
    GElf_Phdr phdr;
    if (gelf_getphdr(elf, (int)i, &phdr) && phdr.p_type == PT_GNU_EH_FRAME)
      read_header(starts, &phdr);
  }
}

/* Number `which` (0: function, 1: FDE) of entry i, as an ELF address. */
static uint64_t entry(const struct unwind_starts *starts, size_t i, size_t which) {
  return starts->base + (uint64_t)(int32_t)get_u32(starts->table + i * ENTRY_SIZE + which * 4);
}

/* The FDE says how long the function is; it begins with its length, its CIE, and then the address
 * again, by which the encoding that we read it in proves right. */
static uint64_t function_size(const struct unwind_starts *starts, uint64_t fde, uint64_t start) {
  const unsigned char *bytes = bytes_at(starts->elf, fde, 16);
  if (!bytes || fde + 8 + (uint64_t)(int32_t)get_u32(bytes + 8) != start)
    return 0;
  return get_u32(bytes + 12);
}

uint64_t unwind_starts_find(const struct unwind_starts *starts, uint64_t address) {
  size_t low = 0, high = starts->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (entry(starts, middle, 0) <= address)
      low = middle + 1;
    else
      high = middle;
  }
  if (!low)
    return 0;
  uint64_t start = entry(starts, low - 1, 0);
  return address - start < function_size(starts, entry(starts, low - 1, 1), start) ? start : 0;
}
