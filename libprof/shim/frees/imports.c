#include "shim/frees/imports.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>

struct tables {
  const ElfW(Sym) * symbols;
  const char *strings;
  const ElfW(Rela) * relocations[2]; /* of data, of the PLT */
  size_t size[2];                    /* in bytes */
  size_t n_relative;                 /* the first of relocations[0], which name no symbol */
};

/* The loader has made its addresses absolute. */
static bool read_tables(const struct link_map *map, struct tables *t) {
  *t = (struct tables){0};
  bool is_rela = true;
  for (const ElfW(Dyn) *d = map->l_ld; d && d->d_tag != DT_NULL; d++)
    switch (d->d_tag) {
    case DT_SYMTAB:
      t->symbols = (const void *)d->d_un.d_ptr;
      break;
    case DT_STRTAB:
      t->strings = (const void *)d->d_un.d_ptr;
      break;
    case DT_RELA:
      t->relocations[0] = (const void *)d->d_un.d_ptr;
      break;
    case DT_RELASZ:
      t->size[0] = d->d_un.d_val;
      break;
    case DT_RELACOUNT:
      t->n_relative = d->d_un.d_val;
      break;
    case DT_JMPREL:
      t->relocations[1] = (const void *)d->d_un.d_ptr;
      break;
    case DT_PLTRELSZ:
      t->size[1] = d->d_un.d_val;
      break;
    case DT_PLTREL:
      is_rela = d->d_un.d_val == DT_RELA;
      break;
    default:
      break;
    }
  return is_rela && (uintptr_t)t->symbols > map->l_addr && (uintptr_t)t->strings > map->l_addr;
}

/* "_Znw", "_Zna": 1; "_Zdl", "_Zda": 2; of a class, "_ZN...": 0. */
static unsigned operator_kind(const char *name) {
  if (name[0] != '_' || name[1] != 'Z')
    return 0;
  if (name[2] == 'n' && (name[3] == 'w' || name[3] == 'a') && name[4] == 'm')
    return IMPORTS_NEW;
  return name[2] == 'd' && (name[3] == 'l' || name[3] == 'a') && name[4] == 'P' && name[5] == 'v'
             ? IMPORTS_DELETE
             : 0;
}

static unsigned look_up(const struct tables *t, const ElfW(Rela) * relocation) {
  const ElfW(Sym) *symbol = &t->symbols[ELF64_R_SYM(relocation->r_info)];
  unsigned kind = operator_kind(t->strings + symbol->st_name);
  return kind && symbol->st_shndx != SHN_UNDEF ? DEFINES_OPERATORS : kind;
}

unsigned imports_operators(const struct link_map *map) {
  struct tables t;
  unsigned found = 0;
  if (!read_tables(map, &t))
    return 0;
  for (int table = 0; table < 2; table++)
    for (size_t i = table ? 0 : t.n_relative; i < t.size[table] / sizeof(ElfW(Rela)); i++)
      if (ELF64_R_SYM(t.relocations[table][i].r_info))
        found |= look_up(&t, &t.relocations[table][i]);
  return found;
}
