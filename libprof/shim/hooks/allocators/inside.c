#include "shim/hooks/allocators/inside.h"

#include "shim/sys/arch.h"
#include "shim/sys/text.h"

#include <sys/mman.h>

/* The functions of the malloc family that jemalloc's other functions call, and tcmalloc's sbrk,
 * which would make its heap the program's own memory (hooks/sbrk.c); those with tokens call the
 * namesake without. mimalloc frees by the
 * name of free what libc allocated for it. */
static bool is_own_malloc(const struct image *image, const char *name) {
  static const char *const names[] = {"malloc",         "free",   "aligned_alloc", "memalign",
                                      "posix_memalign", "calloc", "realloc",       "sbrk"};
  if (image_find(image, "mi_malloc", image_hash("mi_malloc")))
    return false;
  for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
    if (text_equal(names[i], name))
      return true;
  return false;
}

static void inside_bind_word(const struct image *image, const ElfW(Rela) * relocation,
                             bool (*is_ours)(const char *name)) {
  const ElfW(Sym) *symbol = &image->symbols[ELF64_R_SYM(relocation->r_info)];
  if (!arch_binds_word(ELF64_R_TYPE(relocation->r_info)) || symbol->st_shndx == SHN_UNDEF ||
      !symbol->st_value)
    return;
  const char *name = image->strings + symbol->st_name;
  if (is_ours(name) || is_own_malloc(image, name))
    *(uintptr_t *)(image->map->l_addr + relocation->r_offset) =
        (uintptr_t)image_address(image, symbol) + (uintptr_t)relocation->r_addend;
}

bool inside_bind(const struct image *image, bool (*is_ours)(const char *name)) {
  uintptr_t start, end;
  if (!image_read_only(image, &start, &end) || !image_protect(start, end, PROT_READ | PROT_WRITE))
    return false;
  for (int table = 0; table < 2; table++)
    for (size_t i = 0; i < image->n_relocations[table]; i++)
      if (ELF64_R_SYM(image->relocations[table][i].r_info))
        inside_bind_word(image, &image->relocations[table][i], is_ours);
  image_protect(start, end, PROT_READ);
  return true;
}
