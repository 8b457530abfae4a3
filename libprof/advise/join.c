/* One buffer may be allocated at several call sites. Two facts show it: one and the same stack frees
 * what both sites made, or the realloc that ends the blocks of one site is where those of the other
 * begin. */
#include "advise/join.h"

#include "advise/rules.h"
#include "base/cleanup.h"
#include "base/strbuf.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_NAMED = 3 };
#define LEAST_ALIKE 0.9

int advice_item_order(const void *a, const void *b) {
  const struct advice_item *x = a, *y = b;
  if (x->share != y->share)
    return (x->share < y->share) - (x->share > y->share);
  return strcmp(x->function, y->function);
}

static bool same_stack(const struct profile_sample *a, const struct profile_sample *b) {
  return a && b && a->n_locations && a->n_locations == b->n_locations &&
         !memcmp(a->locations, b->locations, a->n_locations * sizeof(*a->locations));
}

/* A sample with the stack that ended nine in ten of the item's histories; NULL where no stack did
 * (Boyer and Moore's vote finds the only one that can be). */
static const struct profile_sample *common_end(const struct advice_item *item) {
  const struct profile_sample *stack = NULL;
  size_t votes = 0, alike = 0;
  for (size_t i = 0; i < item->n_histories; i++) {
    const struct profile_sample *end = item->lives[i]->free;
    if (!votes)
      stack = end;
    votes = same_stack(stack, end) ? votes + 1 : votes ? votes - 1 : 0;
  }
  for (size_t i = 0; i < item->n_histories; i++)
    alike += same_stack(stack, item->lives[i]->free);
  return (double)alike >= LEAST_ALIKE * (double)item->n_histories ? stack : NULL;
}

/* The last block of a chain may be freed elsewhere. */
static const struct profile_sample *end_of(const struct advice_item *item) {
  return item->rule == ADVICE_RESERVE ? item->grown_at : common_end(item);
}

static bool begins_at(const struct advice_item *item, const struct profile_sample *stack) {
  for (size_t i = 0; stack && i < item->n_histories; i++)
    if (same_stack(item->lives[i]->birth, stack))
      return true;
  return false;
}

/* Every block of a chain but the last is ended by realloc. */
static bool is_chain(const struct advice_item *a, const struct profile_sample *end,
                     const struct advice_item *b) {
  return a->rule == ADVICE_RESERVE && end && begins_at(b, end);
}

/* An item and the stack that most of its objects are freed at, or are given up at. */
struct joined {
  struct advice_item *item;
  const struct profile_sample *end;
};

/* The rules about one buffer at a time; 0 of others. Where sites of one buffer have several, the
 * highest does for all: a buffer that is kept for what a stack would hold, and a reserve for the steps
 * of a growth. */
static int rank_of(const struct advice_item *item) {
  return item->rule == ADVICE_STACK     ? 1
         : item->rule == ADVICE_REUSE   ? 2
         : item->rule == ADVICE_RESERVE ? 3
                                        : 0;
}

static bool are_one(const struct joined *a, const struct joined *b) {
  if (a->item->rule != b->item->rule)
    return rank_of(a->item) && rank_of(b->item) && same_stack(a->end, b->end);
  return !strcmp(a->item->function, b->item->function) || same_stack(a->end, b->end) ||
         is_chain(a->item, a->end, b->item) || is_chain(b->item, b->end, a->item);
}

static struct error *set_text(struct advice *advice, struct advice_item *item,
                              const struct strbuf *sb) {
  char *text = strbuf_failed(sb) ? NULL : arena_strndup(&advice->arena, sb->data, sb->length);
  if (!text)
    return &error_no_memory;
  item->text = text;
  return NULL;
}

static struct error *name_other(struct advice *advice, struct advice_item *item,
                                const struct advice_item *other) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  if (!strcmp(item->function, other->function) || item->n_places > MOST_NAMED)
    return NULL;
  strbuf_appendf(&sb, "%s. %s allocates the same", item->text, other->function);
  return set_text(advice, item, &sb);
}

static void append_end(struct strbuf *sb, const struct advice_item *item) {
  if (item->reserve > 0) {
    strbuf_append(sb, ". Reserve ");
    rule_append_bytes(sb, item->reserve);
    strbuf_append(sb, " at the start");
  }
  if (item->n_places < 2 || item->grows.per_second <= 0)
    return;
  if (item->rule == ADVICE_THREADS)
    strbuf_appendf(sb, ". In all %.1f threads more a second", item->grows.per_second);
  else {
    strbuf_append(sb, ". In all ");
    rule_append_growth(sb, &item->grows);
  }
}

/* Only now the sums are known. */
static struct error *end_text(struct advice *advice, struct advice_item *item) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  strbuf_append(&sb, item->text);
  append_end(&sb, item);
  return set_text(advice, item, &sb);
}

static struct error *join_item(struct advice *advice, struct advice_item *item,
                               const struct advice_item *other) {
  struct advice_item first = *item;
  if (rank_of(item) < rank_of(other)) {
    *item = *other;
    other = &first;
  }
  item->bytes += other->bytes;
  item->plus_minus = hypot(item->plus_minus, other->plus_minus);
  item->calls += other->calls;
  item->share += other->share;
  item->grows.per_second += other->grows.per_second;
  item->grows.plus_minus = hypot(item->grows.plus_minus, other->grows.plus_minus);
  if (strcmp(item->function, other->function) != 0) /* else it may be another buffer */
    item->reserve = fmax(item->reserve, other->reserve);
  item->n_places += other->n_places;
  return name_other(advice, item, other);
}

struct error *join_items(struct advice *advice, size_t most) {
  size_t n = 0, end = advice->n_items < most ? advice->n_items : most;
  _cleanup_free_ struct joined *kept = calloc(end + 1, sizeof(*kept));
  struct error *err = kept ? NULL : &error_no_memory;
  for (size_t i = 0; i < end && !err; i++) {
    struct joined one = {&advice->items[i], end_of(&advice->items[i])};
    size_t k = 0;
    while (k < n && !are_one(&kept[k], &one))
      k++;
    if (k < n) {
      err = join_item(advice, kept[k].item, one.item);
      continue;
    }
    advice->items[n] = *one.item;
    kept[n] = (struct joined){&advice->items[n], one.end};
    n++;
  }
  for (size_t i = 0; i < n && !err; i++)
    err = end_text(advice, &advice->items[i]);
  if (err)
    return err;
  advice->n_items = n;
  qsort(advice->items, n, sizeof(*advice->items), advice_item_order);
  return NULL;
}
