/* The symbol table of a loaded object, read where the loader mapped it.
 *
 * This is for the time when the loader still relocates: nothing here calls libc or the loader, or
 * needs a relocation other than that of its own pointers. Symbols are found by DT_GNU_HASH, which
 * every linker writes for objects that export anything. */
#pragma once

#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct image {
  const struct link_map *map;
  ElfW(Sym) * symbols;
  const char *strings;
  const uint32_t *hash; /* DT_GNU_HASH; NULL: it exports nothing */
  const ElfW(Rela) * relocations[2];
  size_t n_relocations[2];
};

/* False for an object whose tables cannot be read so, such as the vDSO. */
bool image_read(const struct link_map *map, struct image *ret);

uint32_t image_hash(const char *name);

/* The definition of `name`, whose hash is given, or NULL. */
ElfW(Sym) * image_find(const struct image *image, const char *name, uint32_t hash);

/* Where it is; calls the resolver of an indirect function. The object is relocated. */
void *image_address(const struct image *image, const ElfW(Sym) * symbol);

/* Where the object's words that are read-only after its relocation begin and end; both 0 if it has
 * no such words. False if its program headers cannot be found. */
bool image_read_only(const struct image *image, uintptr_t *start, uintptr_t *end);

/* Changes the protection of the pages of a range; of an empty one it changes nothing. */
bool image_protect(uintptr_t start, uintptr_t end, int protection);
