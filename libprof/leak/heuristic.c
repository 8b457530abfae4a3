#include "leak/heuristic.h"

enum { WORD = 8, VTABLE_LOOK = 20 };

static bool word_at(struct image *image, const struct block *block, uint64_t offset,
                    uint64_t *ret) {
  return offset + WORD <= block->size && memory_word(&image->memory, block->start + offset, ret);
}

/* libstdc++'s old std::string: length, capacity, reference count, characters and a NUL. */
static bool is_string(struct image *image, const struct block *block, uint64_t offset) {
  uint64_t length, capacity;
  return offset == 3 * WORD && word_at(image, block, 0, &length) &&
         word_at(image, block, WORD, &capacity) && length <= capacity &&
         capacity == block->size - 3 * WORD - 1;
}

static bool has_length(struct image *image, const struct block *block, uint64_t offset) {
  uint64_t length;
  return offset == WORD && word_at(image, block, 0, &length) && length &&
         length == block->size - WORD;
}

static bool is_array(struct image *image, const struct block *block, uint64_t offset) {
  uint64_t n;
  return offset == WORD && word_at(image, block, 0, &n) && n && (block->size - WORD) % n == 0 &&
         n <= block->size - WORD;
}

/* A table of virtual functions lies in a file's mapping and holds, after two words, addresses of
 * code. */
static bool is_vtable(struct image *image, uint64_t address) {
  const struct mapping *m = maps_find(&image->maps, address);
  uint64_t word;
  if (address % WORD || address < MEMORY_PAGE || !m || !m->inode || !(m->flags & MAPPING_READ) ||
      m->flags & MAPPING_EXECUTE)
    return false;
  for (unsigned i = 0; i < VTABLE_LOOK && memory_word(&image->memory, address + i * WORD, &word);
       i++) {
    const struct mapping *code = maps_find(&image->maps, word);
    if (code && code->flags & MAPPING_EXECUTE)
      return true;
  }
  return false;
}

static bool is_base_class(struct image *image, const struct block *block, uint64_t offset) {
  uint64_t first, inner;
  return offset % WORD == 0 && word_at(image, block, offset, &inner) &&
         word_at(image, block, 0, &first) && is_vtable(image, inner) && is_vtable(image, first);
}

bool heuristic_is_tree_node(struct image *image, const struct block *from,
                            const struct block *block, uint64_t pointer) {
  uint64_t left;
  return from->size == 3 * WORD && block->size == 3 * WORD && pointer == block->start + 1 &&
         word_at(image, from, WORD, &left) && left == pointer;
}

bool heuristic_is_start(struct image *image, const struct block *block, uint64_t pointer) {
  uint64_t offset = pointer - block->start;
  return is_string(image, block, offset) || has_length(image, block, offset) ||
         is_array(image, block, offset) || is_base_class(image, block, offset);
}

bool heuristic_is_empty_array(struct image *image, const struct block *block, uint64_t pointer) {
  uint64_t n;
  return block->size == WORD && pointer == block->start + WORD && word_at(image, block, 0, &n) &&
         n == 0;
}
