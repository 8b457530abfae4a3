#include "advise/keep.h"

#include "advise/join.h"

#include <stdlib.h>

struct error *advice_keep(struct advice *advice, const struct advise_site *site,
                          struct advice_item *item, const struct strbuf *text) {
  item->function = site->frame.function;
  item->file = site->frame.file;
  item->line = site->frame.line;
  item->sample = site->sample;
  item->n_places = 1;
  item->n_histories = site->lives.count;
  item->lives = arena_calloc(&advice->arena, item->n_histories + 1, sizeof(*item->lives));
  item->text = strbuf_failed(text) ? NULL : arena_strndup(&advice->arena, text->data, text->length);
  if (!item->text || !item->lives)
    return &error_no_memory;
  for (size_t i = 0; i < item->n_histories; i++)
    item->lives[i] = site->lives.data[i];
  advice->items[advice->n_items++] = *item;
  return NULL;
}

struct error *advice_order(struct advice *advice, size_t most) {
  qsort(advice->items, advice->n_items, sizeof(*advice->items), advice_item_order);
  struct error *err = join_items(advice, 10 * most);
  if (!err && advice->n_items > most)
    advice->n_items = most;
  return err;
}
