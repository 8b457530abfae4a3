/* Growth by copies: blocks that realloc moves, and containers that take a larger block, copy and
 * free the one before (std::vector, std::string, a loop of one's own). */
#include "advise/growth.h"
#include "advise/rules.h"
#include "base/cleanup.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FEWEST_LIVES = 6, FEWEST_SIZES = 3 };
#define LEAST_GROWN 0.3
#define SMALLEST_STEP 1.2
/* A chain of growth ends: one block of at most so many is not given up for another, as steps of
 * SMALLEST_STEP are 50 from 16 bytes to 146 KiB. */
#define LEAST_LAST 0.02

/* Whether the block was freed by the very function that allocates, once that had allocated
 * another: by a call of its own or of the container or wrapper that it calls. A program's function
 * does much else below itself, so that its free must be as near to it as its allocation. */
static bool is_freed_to_grow(const struct rule_view *view, const struct life *life) {
  struct site_frame birth, free;
  if (view->traits.realloc > 0 || life->end != LIFE_FREED || !life->free || life->calls == 0)
    return false;
  for (uint32_t k = 0; site_frame_at(view->all->profile, life->birth, k, &birth); k++) {
    bool own = birth.location >= view->site->frame.location;
    for (uint32_t j = 0;
         j <= (own ? k : k + 2) && site_frame_at(view->all->profile, life->free, j, &free); j++)
      if (!strcmp(birth.function, free.function))
        return true;
    if (own)
      break;
  }
  return false;
}

/* Whether a larger block took its place. */
static bool is_given_up(const struct rule_view *view, const struct life *life) {
  return (life_is_realloc(life) && life->new_size > life->size) || is_freed_to_grow(view, life);
}

/* The site's blocks as steps of growth; NULL without memory. */
static struct step *steps_of(const struct rule_view *view) {
  size_t n = view->site->lives.count;
  struct step *steps = calloc(n + 1, sizeof(*steps));
  for (size_t i = 0; steps && i < n; i++) {
    const struct life *life = view->site->lives.data[i];
    steps[i] = (struct step){life, is_given_up(view, life)};
  }
  return steps;
}

/* The sample of a free or realloc that ends a step of growth; NULL where its stack is not known. */
static const struct profile_sample *grown_at(const struct step *steps, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (steps[i].given_up && steps[i].life->free)
      return steps[i].life->free;
  return NULL;
}

/* A site without an end of a chain begins chains that go on at another: they need what its blocks
 * become there at least. */
static double size_elsewhere(const struct rule_view *view, double size) {
  for (size_t i = 0; i < view->site->lives.count; i++)
    size = fmax(size, view->site->lives.data[i]->new_size);
  return size;
}

/* The calls by which the responsible function came to the allocation. */
static uint64_t path_of(const struct advise_site *site, const struct life *life) {
  uint64_t hash = 0;
  for (uint32_t i = 0; i < life->birth->n_locations && i <= site->frame.location; i++)
    hash = (hash ^ life->birth->locations[i]) * 0x9e3779b97f4a7c15ull;
  return hash;
}

struct on_path {
  uint64_t path;
  const struct life *life;
};

static int by_path(const void *a, const void *b) {
  uint64_t x = ((const struct on_path *)a)->path, y = ((const struct on_path *)b)->path;
  return (x > y) - (x < y);
}

static double objects_of(const struct on_path *all, size_t n) {
  double objects = 0;
  for (size_t i = 0; i < n; i++)
    objects += all[i].life->objects;
  return objects;
}

/* The lives of the path that most objects came by: growth is one call that comes again. The caller
 * frees ret->lives. It gets none without memory. */
static void commonest_path(const struct advise_site *site, struct advise_site *ret) {
  size_t n = site->lives.count, first = 0, count = 0;
  struct on_path *all = calloc(n + 1, sizeof(*all));
  for (size_t i = 0; all && i < n; i++)
    all[i] = (struct on_path){path_of(site, site->lives.data[i]), site->lives.data[i]};
  if (all)
    qsort(all, n, sizeof(*all), by_path);
  for (size_t i = 0, end; all && i < n; i = end) {
    for (end = i; end < n && all[end].path == all[i].path;)
      end++;
    if (!count || objects_of(all + i, end - i) > objects_of(all + first, count)) {
      first = i;
      count = end - i;
    }
  }
  for (size_t i = first; i < first + count; i++)
    if (!VECTOR_PUSH(&ret->lives, all[i].life))
      break;
  free(all);
}

/* Whether the sizes, as malloc rounds them, are steps of growth, each a good part larger than the one
 * before, and not those of whatever the program needed. */
static bool sizes_are_steps(const struct advise_site *site) {
  unsigned steps = 0, close = 0;
  double last = rule_block(traits_quantile(site, 0));
  for (int i = 1; i <= 64; i++) {
    double size = rule_block(traits_quantile(site, i / 64.0));
    if (size <= last)
      continue;
    steps++;
    close += size < last * SMALLEST_STEP;
    last = size;
  }
  return steps >= FEWEST_SIZES - 1 && close * 4 <= steps;
}

static bool sizes_grow(const struct advise_site *site) {
  struct advise_site path = {0};
  commonest_path(site, &path);
  bool grow = path.lives.count && sizes_are_steps(&path);
  VECTOR_DEINIT(&path.lives);
  return grow;
}

/* Where each block is freed by the function that allocates, that function has no more to show than
 * blocks of its own calls. realloc says itself that a block has grown. */
static bool has_ends(const struct rule_view *view, const struct growth *growth) {
  return view->traits.realloc > 0 || growth->chains >= LEAST_LAST * view->site->objects;
}

bool rule_reserve(const struct rule_view *view, struct advice_item *item, struct strbuf *text) {
  const struct advise_site *site = view->site;
  const struct traits *traits = &view->traits;
  if (site->lives.count < FEWEST_LIVES || traits->largest < traits->smallest * SMALLEST_STEP ||
      (traits->realloc <= 0 && !sizes_grow(site)))
    return false;
  _cleanup_free_ struct step *steps = steps_of(view);
  if (!steps)
    return false;
  struct growth growth = growth_of(steps, site->lives.count);
  if (growth.grown < LEAST_GROWN * site->objects || !has_ends(view, &growth))
    return false;
  struct reserve reserve = growth_best_reserve(steps, site->lives.count, &growth);
  if (growth.chains <= 0)
    reserve.size = size_elsewhere(view, reserve.size);
  item->bytes = site->alloc * (site->bytes > 0 ? reserve.bytes / site->bytes : 0);
  item->calls = reserve.calls;
  item->of = ADVICE_OF_ALLOC;
  item->share =
      rule_time_share(view, reserve.calls * COST_PAIR + reserve.copied * COST_COPIED_BYTE);
  item->reserve = reserve.size; /* join.c ends the text with it */
  item->grown_at = grown_at(steps, site->lives.count);
  rule_append_count(text, growth.grown);
  strbuf_append(text, " blocks were given up for larger ones, and ");
  rule_append_bytes(text, growth.copied);
  strbuf_append(text, " copied");
  return true;
}
