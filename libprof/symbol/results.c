#include "symbol/results.h"

#include "base/vector.h"

#include <stdlib.h>
#include <string.h>

void symbol_results_deinit(struct symbol_results *results) {
  free(results->items);
  free(results->frames);
  arena_deinit(&results->strings);
  *results = (struct symbol_results){0};
}

const char *symbol_results_string(struct symbol_results *results, const char *s) {
  return arena_strndup(&results->strings, s, strlen(s));
}

bool symbol_results_add_frame(struct symbol_results *results, const struct symbol_frame *frame) {
  if (!vector_reserve((void **)&results->frames, &results->frames_capacity, results->n_frames + 1,
                      sizeof(*frame)))
    return false;
  results->frames[results->n_frames++] = *frame;
  results->items[results->n_items - 1].n_frames++;
  return true;
}

bool symbol_results_add(struct symbol_results *results, const struct symbol_result *item) {
  if (!vector_reserve((void **)&results->items, &results->items_capacity, results->n_items + 1,
                      sizeof(*item)))
    return false;
  struct symbol_result *copy = &results->items[results->n_items++];
  *copy = *item;
  copy->first_frame = (uint32_t)results->n_frames;
  copy->n_frames = 0;
  return true;
}

bool symbol_results_copy(struct symbol_results *results, const struct symbol_results *from,
                         const struct symbol_result *item) {
  if (!symbol_results_add(results, item))
    return false;
  struct symbol_type *type = &results->items[results->n_items - 1].type;
  if ((type->name && !(type->name = symbol_results_string(results, type->name))) ||
      (type->layout && !(type->layout = symbol_results_string(results, type->layout))))
    return false;
  for (uint32_t i = 0; i < item->n_frames; i++) {
    struct symbol_frame frame = from->frames[item->first_frame + i];
    frame.name = symbol_results_string(results, frame.name);
    frame.system_name = symbol_results_string(results, frame.system_name);
    frame.file = symbol_results_string(results, frame.file);
    if (!frame.name || !frame.system_name || !frame.file ||
        !symbol_results_add_frame(results, &frame))
      return false;
  }
  return true;
}

static int compare_offsets(const void *a, const void *b) {
  const struct symbol_result *x = a, *y = b;
  return (x->offset > y->offset) - (x->offset < y->offset);
}

void symbol_results_sort(struct symbol_results *results) {
  if (results->n_items)
    qsort(results->items, results->n_items, sizeof(*results->items), compare_offsets);
}

const struct symbol_result *symbol_results_find(const struct symbol_results *results,
                                                uint64_t offset) {
  struct symbol_result key = {.offset = offset};
  return results->n_items
             ? bsearch(&key, results->items, results->n_items, sizeof(key), compare_offsets)
             : NULL;
}
