/* Texts, numbered: the strings of a page's document, each kept once. */
#pragma once

#include "base/arena.h"
#include "base/vector.h"
#include "model/hash_index.h"

#include <stdint.h>

struct text_numbers {
  VECTOR(const char *) texts; /* by number; the arena's copies */
  /* Private. */
  struct arena arena;
  struct hash_index index;
};

void text_numbers_deinit(struct text_numbers *numbers);

/* The text's number, a new one where it has none; TEXT_NONE when memory is exhausted. */
#define TEXT_NONE UINT32_MAX
uint32_t text_number(struct text_numbers *numbers, const char *text);

#define _cleanup_text_numbers_ __attribute__((cleanup(text_numbers_deinit)))
