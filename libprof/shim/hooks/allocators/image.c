#include "shim/hooks/allocators/image.h"

#include "shim/sys/sys.h"
#include "shim/sys/text.h"

/* The loader makes these addresses absolute, except where it cannot write. */
static const void *table_in(const struct link_map *map, const ElfW(Dyn) * d) {
  return (const void *)(d->d_un.d_ptr < map->l_addr ? d->d_un.d_ptr + map->l_addr : d->d_un.d_ptr);
}

static void image_note(struct image *image, const ElfW(Dyn) * d) {
  switch (d->d_tag) {
  case DT_SYMTAB:
    image->symbols = (ElfW(Sym) *)table_in(image->map, d);
    break;
  case DT_STRTAB:
    image->strings = table_in(image->map, d);
    break;
  case DT_GNU_HASH:
    image->hash = table_in(image->map, d);
    break;
  case DT_RELA:
    image->relocations[0] = table_in(image->map, d);
    break;
  case DT_RELASZ:
    image->n_relocations[0] = d->d_un.d_val / sizeof(ElfW(Rela));
    break;
  case DT_JMPREL:
    image->relocations[1] = table_in(image->map, d);
    break;
  case DT_PLTRELSZ:
    image->n_relocations[1] = d->d_un.d_val / sizeof(ElfW(Rela));
    break;
  default:
    break;
  }
}

bool image_read(const struct link_map *map, struct image *ret) {
  ret->map = map;
  ret->symbols = NULL;
  ret->strings = NULL;
  ret->hash = NULL;
  for (int i = 0; i < 2; i++) {
    ret->relocations[i] = NULL;
    ret->n_relocations[i] = 0;
  }
  for (const ElfW(Dyn) *d = map->l_ld; d && d->d_tag != DT_NULL; d++)
    image_note(ret, d);
  return ret->symbols && ret->strings;
}

uint32_t image_hash(const char *name) {
  uint32_t hash = 5381;
  while (*name)
    hash = hash * 33 + (uint8_t)*name++;
  return hash;
}

static bool is_definition(const ElfW(Sym) * symbol) {
  unsigned type = ELF64_ST_TYPE(symbol->st_info);
  return symbol->st_shndx != SHN_UNDEF && symbol->st_value &&
         ELF64_ST_BIND(symbol->st_info) != STB_LOCAL &&
         (type == STT_FUNC || type == STT_GNU_IFUNC || type == STT_NOTYPE);
}

/* The table: number of buckets, index of the first symbol, words and shift of the filter; the
 * filter; the buckets; a hash for each symbol, whose lowest bit ends a bucket. */
ElfW(Sym) * image_find(const struct image *image, const char *name, uint32_t hash) {
  const uint32_t *table = image->hash;
  if (!table || !table[0] || !table[2])
    return NULL;
  const ElfW(Addr) *filter = (const ElfW(Addr) *)(table + 4);
  ElfW(Addr) word = filter[hash / 64 & (table[2] - 1)];
  if (!(word >> hash % 64 & word >> (hash >> table[3]) % 64 & 1))
    return NULL;
  const uint32_t *buckets = (const uint32_t *)(filter + table[2]);
  uint32_t i = buckets[hash % table[0]];
  if (i < table[1])
    return NULL;
  const uint32_t *chain = buckets + table[0] - table[1];
  do
    if ((chain[i] | 1) == (hash | 1) && is_definition(&image->symbols[i]) &&
        text_equal(image->strings + image->symbols[i].st_name, name))
      return &image->symbols[i];
  while (!(chain[i++] & 1));
  return NULL;
}

void *image_address(const struct image *image, const ElfW(Sym) * symbol) {
  uintptr_t address = image->map->l_addr + symbol->st_value;
  if (ELF64_ST_TYPE(symbol->st_info) == STT_GNU_IFUNC)
    return ((void *(*)(void))address)();
  return (void *)address;
}

/* The linkers put an object's headers at its first address, which is 0 in a shared library. */
bool image_read_only(const struct image *image, uintptr_t *start, uintptr_t *end) {
  uintptr_t base = image->map->l_addr;
  const ElfW(Ehdr) *header = (const ElfW(Ehdr) *)base;
  *start = *end = 0;
  if (!base || (uintptr_t)image->symbols - base > 1 << 20 || header->e_ident[0] != ELFMAG0 ||
      header->e_ident[1] != ELFMAG1 || header->e_phoff != sizeof(*header))
    return false;
  const ElfW(Phdr) *segments = (const ElfW(Phdr) *)(base + header->e_phoff);
  for (unsigned i = 0; i < header->e_phnum; i++)
    if (segments[i].p_type == PT_GNU_RELRO) {
      *start = base + segments[i].p_vaddr;
      *end = (*start + segments[i].p_memsz) & ~4095ul; /* as the loader does */
    }
  return true;
}

bool image_protect(uintptr_t start, uintptr_t end, int protection) {
  start &= ~4095ul;
  return start == end || !sys(SYS_mprotect, start, (end - start + 4095) & ~4095ul, protection);
}
