/* Growth by copies: blocks that realloc moves, and containers that take a larger block, copy and
 * free the one before (std::vector, std::string, a loop of one's own). */
#include "advise/rules.h"

#include <math.h>
#include <string.h>

enum { FEWEST_LIVES = 6, FEWEST_SIZES = 3 };
#define LEAST_GROWN 0.3
#define SMALLEST_STEP 1.2

/* A block whose place a larger one takes: by realloc, or because the function that allocated it
 * frees it. */
struct growth {
  double grown, copied; /* objects; bytes that were copied */
  double grown_bytes;   /* of blocks that were grown */
};

/* Whether the block was freed by the very function that allocates, once that had allocated
 * another: by a call of its own or of the container or wrapper that it calls. */
static bool is_freed_to_grow(const struct rule_view *view, const struct life *life) {
  struct site_frame birth, free;
  if (view->traits.realloc > 0 || life->end != LIFE_FREED || !life->free || life->calls == 0)
    return false;
  for (uint32_t k = 0; site_frame_at(view->all->profile, life->birth, k, &birth); k++) {
    for (uint32_t j = 0; j <= k + 2 && site_frame_at(view->all->profile, life->free, j, &free); j++)
      if (!strcmp(birth.function, free.function))
        return true;
    if (birth.location >= view->site->frame.location)
      break;
  }
  return false;
}

/* Whether a larger block took its place. */
static bool is_given_up(const struct rule_view *view, const struct life *life) {
  return (life_is_realloc(life) && life->new_size > life->size) || is_freed_to_grow(view, life);
}

static struct growth growth_of(const struct rule_view *view) {
  struct growth growth = {0};
  for (size_t i = 0; i < view->site->lives.count; i++) {
    const struct life *life = view->site->lives.data[i];
    if (!is_given_up(view, life))
      continue;
    growth.grown += life->objects;
    growth.grown_bytes += life->objects * life->size;
    growth.copied += life->end == LIFE_GREW_IN_PLACE ? 0 : life->objects * life->size;
  }
  return growth;
}

/* The size that a part of those that were not given up does not exceed; 0 where all were. */
static double final_quantile(const struct rule_view *view, double part) {
  struct advise_site finals = {0};
  double size = 0;
  for (size_t i = 0; i < view->site->lives.count; i++) {
    const struct life *life = view->site->lives.data[i];
    if (!is_given_up(view, life) && !VECTOR_PUSH(&finals.lives, life))
      break;
  }
  if (finals.lives.count)
    size = traits_quantile(&finals, part);
  VECTOR_DEINIT(&finals.lives);
  return size;
}

/* Whether the sizes are steps of growth, each a good part larger than the one before, and not those
 * of whatever the program needed. */
static bool sizes_are_steps(const struct rule_view *view) {
  unsigned steps = 0, close = 0;
  double last = traits_quantile(view->site, 0);
  for (int i = 1; i <= 64; i++) {
    double size = traits_quantile(view->site, i / 64.0);
    if (size <= last)
      continue;
    steps++;
    close += size < last * SMALLEST_STEP;
    last = size;
  }
  return steps >= FEWEST_SIZES - 1 && close * 4 <= steps;
}

bool rule_reserve(const struct rule_view *view, struct advice_item *item, struct strbuf *text) {
  const struct advise_site *site = view->site;
  const struct traits *traits = &view->traits;
  if (site->lives.count < FEWEST_LIVES || traits->largest < traits->smallest * SMALLEST_STEP ||
      (traits->realloc <= 0 && !sizes_are_steps(view)))
    return false;
  struct growth growth = growth_of(view);
  if (growth.grown < LEAST_GROWN * site->objects)
    return false;
  double reserve = final_quantile(view, 0.9);
  if (reserve <= 0)
    reserve = traits->largest;
  item->bytes = site->alloc * (site->bytes > 0 ? growth.grown_bytes / site->bytes : 0);
  item->calls = growth.grown;
  item->of = ADVICE_OF_ALLOC;
  item->share = rule_time_share(view, growth.grown * COST_PAIR + growth.copied * COST_COPIED_BYTE);
  rule_append_count(text, growth.grown);
  strbuf_append(text, " blocks were given up for larger ones, and ");
  rule_append_bytes(text, growth.copied);
  strbuf_append(text, " copied: reserving ");
  rule_append_bytes(text, reserve);
  strbuf_append(text, " at the start avoids the growth of nine in ten");
  return true;
}
