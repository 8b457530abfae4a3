/* libFuzzer target: any bytes are a file of the symbol cache, behind a checksum that is right: a
 * hostile writer computes it, too. Answers that are read are written and read again, and are the same. */
#include "fuzz.h"

#include "symbol/cache_format.h"

#include <xxhash.h>

static void must_be_alike(const struct symbol_results *a, const struct symbol_results *b) {
  must(a->n_items == b->n_items && a->n_frames == b->n_frames);
  for (size_t i = 0; i < a->n_items; i++)
    must(a->items[i].offset == b->items[i].offset && a->items[i].n_frames == b->items[i].n_frames);
  for (size_t i = 0; i < a->n_frames; i++) {
    must(!strcmp(a->frames[i].name, b->frames[i].name) && *a->frames[i].name);
    must(!strcmp(a->frames[i].file, b->frames[i].file) && a->frames[i].line == b->frames[i].line);
  }
}

static void use_results(const struct symbol_results *results, const struct cache_facts *facts) {
  struct symbol_results again = {0};
  struct cache_facts facts_again = {0};
  void *written = NULL;
  size_t size = 0;
  for (size_t i = 0; i < results->n_items; i++) {
    const struct symbol_result *item = &results->items[i];
    must(item->first_frame <= results->n_frames &&
         item->n_frames <= results->n_frames - item->first_frame);
    symbol_results_find(results, item->offset);
  }
  must(cache_format_write(results, facts, &written, &size));
  must(cache_format_read(written, size, &again, &facts_again));
  must_be_alike(results, &again);
  symbol_results_deinit(&again);
  free(written);
}

/* The checksum is bytes 8 to 15 and covers the rest (symbol/cache_format.c). */
static void seal(uint8_t *bytes, size_t n) {
  if (n <= 16)
    return;
  XXH64_hash_t sum = XXH3_64bits(bytes + 16, n - 16);
  memcpy(bytes + 8, &sum, sizeof(sum));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
  struct symbol_results results = {0};
  struct cache_facts facts = {0};
  uint8_t *copy = (uint8_t *)text_of(bytes, n);
  seal(copy, n);
  if (cache_format_read(copy, n, &results, &facts))
    use_results(&results, &facts);
  else
    must(!results.n_items && !results.n_frames);
  symbol_results_deinit(&results);
  free(copy);
  return 0;
}
