#include "symbol/symtab.h"

#include "base/cleanup.h"
#include "base/vector.h"
#include "symbol/demangle.h"

#include <stdlib.h>
#include <string.h>

/* Assembly without .size; more is rather padding or another file's code. */
#define MAX_UNSIZED (1 << 20)
/* A hostile table may hold a million symbols of one address; an honest one holds a few. */
#define MAX_STEPS 1024

/* Global before weak before local, then the least underscores: malloc, not __libc_malloc. */
static unsigned char rank_of(const GElf_Sym *sym, const char *name) {
  static const unsigned char binding_ranks[] = {[STB_LOCAL] = 2, [STB_GLOBAL] = 0, [STB_WEAK] = 1};
  unsigned binding = GELF_ST_BIND(sym->st_info);
  size_t underscores = strspn(name, "_");
  if (!strncmp(name, "_Z", 2) || !strncmp(name, "_R", 2))
    underscores = 0;
  unsigned rank = binding < sizeof(binding_ranks) ? binding_ranks[binding] : 3;
  return (unsigned char)(underscores * 8 < 240 ? underscores * 8 + rank : 255);
}

static bool is_code(const GElf_Sym *sym, GElf_Word section) {
  unsigned type = GELF_ST_TYPE(sym->st_info);
  if (section == SHN_UNDEF || section == SHN_ABS)
    return false;
  return type == STT_FUNC || type == STT_GNU_IFUNC || (type == STT_NOTYPE && sym->st_size);
}

static int compare_entries(const void *a, const void *b) {
  const struct symtab_entry *x = a, *y = b;
  if (x->address != y->address)
    return x->address < y->address ? -1 : 1;
  if (x->rank != y->rank)
    return x->rank < y->rank ? -1 : 1;
  size_t nx = strlen(x->name), ny = strlen(y->name);
  if (nx != ny)
    return nx < ny ? -1 : 1;
  return strcmp(x->name, y->name);
}

static bool read_entries(struct symtab *symtab, Dwfl_Module *module) {
  int n = dwfl_module_getsymtab(module);
  for (int i = 1; i < n; i++) {
    GElf_Sym sym;
    GElf_Addr address;
    GElf_Word section;
    const char *name = dwfl_module_getsym_info(module, i, &sym, &address, &section, NULL, NULL);
    if (!name || !*name || !is_code(&sym, section) || address + sym.st_size < address)
      continue;
    if (!vector_reserve((void **)&symtab->entries, &symtab->capacity, symtab->count + 1,
                        sizeof(*symtab->entries)))
      return false;
    symtab->entries[symtab->count++] = (struct symtab_entry){.address = address,
                                                             .end = address + sym.st_size,
                                                             .name = name,
                                                             .sized = sym.st_size != 0,
                                                             .rank = rank_of(&sym, name)};
  }
  return true;
}

/* An unsized function ends at most where the next symbol begins. */
static void end_unsized(struct symtab *symtab) {
  uint64_t next = UINT64_MAX;
  for (size_t i = symtab->count; i-- > 0;) {
    struct symtab_entry *e = &symtab->entries[i];
    if (i + 1 < symtab->count && e[1].address != e->address)
      next = e[1].address;
    if (!e->sized)
      e->end = next - e->address < MAX_UNSIZED ? next : e->address + MAX_UNSIZED;
  }
}

bool symtab_init(struct symtab *symtab, Dwfl_Module *module) {
  *symtab = (struct symtab){0};
  if (!read_entries(symtab, module)) {
    symtab_deinit(symtab);
    return false;
  }
  if (symtab->count)
    qsort(symtab->entries, symtab->count, sizeof(*symtab->entries), compare_entries);
  end_unsized(symtab);
  uint64_t max_end = 0;
  for (size_t i = 0; i < symtab->count; i++) {
    struct symtab_entry *e = &symtab->entries[i];
    e->max_end = max_end = e->end > max_end ? e->end : max_end;
  }
  return true;
}

void symtab_deinit(struct symtab *symtab) {
  free(symtab->entries);
  *symtab = (struct symtab){0};
}

/* The number of entries at or below `address`. */
static size_t count_up_to(const struct symtab *symtab, uint64_t address) {
  size_t low = 0, high = symtab->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (symtab->entries[middle].address <= address)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* The first, that is the best, of the entries at the address of entry i that are sized as it is. */
static const struct symtab_entry *best_of(const struct symtab *symtab, size_t i) {
  const struct symtab_entry *found = &symtab->entries[i];
  for (size_t steps = 0; i > 0 && steps < MAX_STEPS; steps++) {
    const struct symtab_entry *e = &symtab->entries[--i];
    if (e->address != found->address)
      break;
    if (e->sized == found->sized)
      found = e;
  }
  return found;
}

const struct symtab_entry *symtab_find(const struct symtab *symtab, uint64_t address,
                                       uint64_t function_start) {
  size_t steps = 0;
  for (size_t i = count_up_to(symtab, address); i-- > 0 && steps < MAX_STEPS; steps++) {
    const struct symtab_entry *e = &symtab->entries[i];
    if (e->max_end <= address)
      return NULL;
    if (address < e->end && (e->sized || e->address >= function_start))
      return best_of(symtab, i);
  }
  return NULL;
}

/* The entries at entry's address: *first and the count. */
static size_t same_address(const struct symtab *symtab, const struct symtab_entry *entry,
                           const struct symtab_entry **first) {
  const struct symtab_entry *end = symtab->entries + symtab->count, *last = entry;
  for (size_t i = 0; i < MAX_STEPS && entry > symtab->entries && entry[-1].address == last->address;
       i++)
    entry--;
  for (size_t i = 0; i < MAX_STEPS && last < end && last->address == entry->address; i++)
    last++;
  *first = entry;
  return (size_t)(last - entry);
}

bool symtab_is_shared(const struct symtab *symtab, const struct symtab_entry *entry) {
  const struct symtab_entry *first;
  size_t n = same_address(symtab, entry, &first);
  if (n < 2)
    return false;
  _cleanup_free_ char *name = symbol_demangle(entry->name);
  bool shared = false;
  for (size_t i = 0; i < n && !shared && name; i++) {
    _cleanup_free_ char *other = symbol_demangle(first[i].name);
    shared = other && strcmp(name, other) != 0;
  }
  return shared;
}

const struct symtab_entry *symtab_alias(const struct symtab *symtab,
                                        const struct symtab_entry *entry, const char *name) {
  const struct symtab_entry *first;
  size_t n = same_address(symtab, entry, &first);
  for (size_t i = 0; i < n; i++)
    if (!strcmp(first[i].name, name))
      return &first[i];
  return NULL;
}
