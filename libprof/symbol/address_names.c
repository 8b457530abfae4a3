#include "symbol/address_names.h"

#include "base/cleanup.h"
#include "base/vector.h"
#include "symbol/binary.h"
#include "symbol/demangle.h"

#include <gelf.h>

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct address_symbol {
  uint64_t start, end;
  const char *name; /* in the file */
};

struct named_file {
  char *path; /* owned */
  int fd;
  Elf *elf;      /* NULL: it cannot be read */
  uint64_t base; /* the ELF address at the begin of its lowest mapping */
  VECTOR(struct address_symbol) symbols;
};

struct address_names {
  struct named_file *data;
  size_t count, capacity;
};

static int compare_symbols(const void *a, const void *b) {
  const struct address_symbol *x = a, *y = b;
  if (x->start != y->start)
    return x->start < y->start ? -1 : 1;
  size_t nx = strlen(x->name), ny = strlen(y->name); /* environ, not __environ */
  return nx != ny ? (nx < ny ? -1 : 1) : strcmp(x->name, y->name);
}

static void read_symbols(struct named_file *file, Elf_Scn *scn, const GElf_Shdr *shdr) {
  Elf_Data *data = elf_getdata(scn, NULL);
  size_t n = data && shdr->sh_entsize ? shdr->sh_size / shdr->sh_entsize : 0;
  for (size_t i = 1; i < n && i < INT_MAX; i++) {
    GElf_Sym sym;
    if (!gelf_getsym(data, (int)i, &sym) || sym.st_shndx == SHN_UNDEF || !sym.st_size ||
        sym.st_value + sym.st_size < sym.st_value ||
        (GELF_ST_TYPE(sym.st_info) != STT_OBJECT && GELF_ST_TYPE(sym.st_info) != STT_FUNC))
      continue;
    const char *name = elf_strptr(file->elf, shdr->sh_link, sym.st_name);
    struct address_symbol symbol = {sym.st_value, sym.st_value + sym.st_size, name};
    if (name && *name && !VECTOR_PUSH(&file->symbols, symbol))
      return; /* what is there serves */
  }
}

static uint64_t base_of(Elf *elf) {
  size_t n = 0;
  GElf_Phdr phdr;
  for (size_t i = 0; !elf_getphdrnum(elf, &n) && i < n && i < INT_MAX; i++)
    if (gelf_getphdr(elf, (int)i, &phdr) && phdr.p_type == PT_LOAD) /* they are in order */
      return phdr.p_vaddr - phdr.p_vaddr % 4096;
  return 0;
}

static void read_file(struct named_file *file) {
  GElf_Shdr shdr;
  elf_version(EV_CURRENT);
  file->fd = binary_open_file(file->path);
  file->elf = file->fd >= 0 ? elf_begin(file->fd, ELF_C_READ_MMAP, NULL) : NULL;
  if (!file->elf || elf_kind(file->elf) != ELF_K_ELF)
    return;
  file->base = base_of(file->elf);
  for (Elf_Scn *scn = elf_nextscn(file->elf, NULL); scn; scn = elf_nextscn(file->elf, scn))
    if (gelf_getshdr(scn, &shdr) && (shdr.sh_type == SHT_SYMTAB || shdr.sh_type == SHT_DYNSYM))
      read_symbols(file, scn, &shdr);
  if (file->symbols.count)
    qsort(file->symbols.data, file->symbols.count, sizeof(*file->symbols.data), compare_symbols);
}

static struct named_file *file_of(struct address_names *names, const char *path) {
  for (size_t i = 0; i < names->count; i++)
    if (!strcmp(names->data[i].path, path))
      return &names->data[i];
  struct named_file file = {.path = strdup(path), .fd = -1};
  if (!file.path || !VECTOR_PUSH(names, file)) {
    free(file.path);
    return NULL;
  }
  read_file(&names->data[names->count - 1]);
  return &names->data[names->count - 1];
}

/* The first symbol of the highest start at or below the address, if it reaches that far. */
static const struct address_symbol *symbol_at(const struct named_file *file, uint64_t address) {
  size_t low = 0, high = file->symbols.count;
  const struct address_symbol *symbols = file->symbols.data;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (symbols[middle].start <= address)
      low = middle + 1;
    else
      high = middle;
  }
  for (size_t i = low; i > 0 && symbols[i - 1].start == symbols[low - 1].start; i--)
    low = address < symbols[i - 1].end ? i : low;
  return low && address < symbols[low - 1].end ? &symbols[low - 1] : NULL;
}

struct address_names *address_names_create(void) {
  return calloc(1, sizeof(struct address_names));
}

void address_names_destroy(struct address_names *names) {
  for (size_t i = 0; names && i < names->count; i++) {
    VECTOR_DEINIT(&names->data[i].symbols);
    elf_end(names->data[i].elf);
    if (names->data[i].fd >= 0)
      close(names->data[i].fd);
    free(names->data[i].path);
  }
  if (names)
    free(names->data);
  free(names);
}

char *address_names_find(struct address_names *names, const char *path, uint64_t distance) {
  struct named_file *file = file_of(names, path);
  const struct address_symbol *symbol = file ? symbol_at(file, file->base + distance) : NULL;
  _cleanup_free_ char *name = symbol ? symbol_demangle(symbol->name) : NULL;
  char *text = NULL;
  if (!name)
    return NULL;
  uint64_t into = file->base + distance - symbol->start;
  if (asprintf(&text, into ? "%s+0x%" PRIx64 : "%s", name, into) < 0)
    return NULL;
  return text;
}
