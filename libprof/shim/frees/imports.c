#include "shim/frees/imports.h"

#include "shim/store/elf_image.h"

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

#if defined(__x86_64__)
static uint32_t word_at(const void *p) {
  uint32_t word;
  __builtin_memcpy(&word, p, sizeof(word));
  return word;
}

/* What a displacement from the end of its instruction, whose last four bytes it is, refers to. */
static uintptr_t target_of(const uint8_t *displacement) {
  return (uintptr_t)displacement + sizeof(uint32_t) +
         (uintptr_t)(intptr_t)(int32_t)word_at(displacement);
}

static uintptr_t slot_named_at(const struct elf_image *image, const uint8_t *displacement) {
  uintptr_t slot = target_of(displacement);
  return elf_image_segment(image, slot, sizeof(slot), PF_R) ? *(const uintptr_t *)slot : 0;
}

/* A stub is `jmp *slot(%rip)`, after an endbr64 or a bnd. */
static uintptr_t through_stub(const struct elf_image *image, uintptr_t stub) {
  enum { LONGEST = 11, ENDBR64 = 0xfa1e0ff3 };
  if (!elf_image_segment(image, stub, LONGEST, PF_R | PF_X))
    return 0;
  const uint8_t *code = (const uint8_t *)stub;
  code += word_at(code) == ENDBR64 ? sizeof(uint32_t) : 0;
  code += *code == 0xf2;
  return code[0] == 0xff && code[1] == 0x25 ? slot_named_at(image, code + 2) : 0;
}

/* `call stub`, or `call *slot(%rip)`: what is read by mistake as one of them leads nowhere that is
 * asked about. */
uintptr_t imports_called(uintptr_t pc) {
  enum { LONGEST = 6 };
  struct dl_find_object object;
  struct elf_image image;
  const uint8_t *code = (const uint8_t *)pc;
  if (_dl_find_object((void *)(pc - 1), &object) || !elf_image_find(pc - 1, &object, &image) ||
      !elf_image_segment(&image, pc - LONGEST, LONGEST, PF_R | PF_X))
    return 0;
  if (code[-6] == 0xff && code[-5] == 0x15)
    return slot_named_at(&image, code - 4);
  return code[-5] == 0xe8 ? through_stub(&image, target_of(code - 4)) : 0;
}
#else
uintptr_t imports_called(uintptr_t pc) {
  (void)pc;
  return 0;
}
#endif
