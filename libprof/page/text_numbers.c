#include "page/text_numbers.h"

#include <string.h>
#include <xxhash.h>

void text_numbers_deinit(struct text_numbers *numbers) {
  VECTOR_DEINIT(&numbers->texts);
  hash_index_deinit(&numbers->index);
  arena_deinit(&numbers->arena);
}

static bool same_text(const void *context, uint32_t index, const void *key) {
  return !strcmp(((const struct text_numbers *)context)->texts.data[index], key);
}

uint32_t text_number(struct text_numbers *numbers, const char *text) {
  size_t length = strlen(text);
  uint64_t hash = XXH3_64bits(text, length);
  uint32_t number = hash_index_find(&numbers->index, hash, same_text, numbers, text);
  if (number != HASH_INDEX_NONE)
    return number;
  const char *copy = arena_strndup(&numbers->arena, text, length);
  number = (uint32_t)numbers->texts.count;
  if (!copy || number == TEXT_NONE || !VECTOR_PUSH(&numbers->texts, copy) ||
      !hash_index_add(&numbers->index, hash, number))
    return TEXT_NONE;
  return number;
}
