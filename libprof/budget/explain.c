#include "budget/explain.h"

#include "base/cleanup.h"

#include <math.h>

/* A site's figures; by what it explains. */
struct part {
  uint32_t site;
  double base, new, delta;
};

static int compare_parts(const void *x, const void *y) {
  const struct part *a = x, *b = y;
  if (a->delta != b->delta)
    return a->delta < b->delta ? 1 : -1;
  return (a->site > b->site) - (a->site < b->site);
}

/* Profiles know the stack of a site by its samples; the new one is asked first. */
static struct error *find_frames(const struct sites *sites, uint32_t site, struct arena *arena,
                                 struct finding_stack *ret) {
  for (size_t p = sites->n_bases + 1; p-- > 0;) {
    const struct site_profile *profile = &sites->profiles[p];
    for (size_t i = 0; i < profile->profile->n_samples; i++)
      if (profile->sites[i] == site)
        return finding_frames(profile->profile, &profile->profile->samples[i], EXPLAIN_FRAMES,
                              arena, ret);
  }
  *ret = (struct finding_stack){.note = ""};
  return NULL;
}

static enum diff_state state_of(const struct part *part) {
  if (part->delta == 0)
    return DIFF_SAME;
  if (part->base == 0)
    return DIFF_NEW;
  return part->new == 0 ? DIFF_GONE : part->delta > 0 ? DIFF_GROWN : DIFF_SHRUNK;
}

static struct error *add_stack(const struct sites *sites, const struct part *part, const char *root,
                               struct arena *arena, struct verdict_check *check) {
  struct verdict_stack *stack = &check->stacks[check->n_stacks++];
  *stack = (struct verdict_stack){.site = part->site,
                                  .base = part->base,
                                  .new = part->new,
                                  .delta = part->delta,
                                  .state = state_of(part),
                                  .moved = sites->sites[part->site].moved};
  struct error *err = find_frames(sites, part->site, arena, &stack->stack);
  if (!err)
    stack->place = finding_place(&stack->stack, root);
  return err;
}

/* How far sampling alone may have driven the two apart: a site that did not go farther explains
 * nothing. */
static double chance(const struct figure *base, const struct figure *new, double alpha) {
  struct uncertainty error = {base->error.variance + new->error.variance,
                              fmax(base->error.weight, new->error.weight), 0};
  return error.variance > 0 ? bound_sampling(error, alpha) : 0;
}

/* All sites that have a part in it, the largest first; *n of them, the caller's to free. */
static struct error *list_parts(const struct budget *budget, const struct comparison *comparison,
                                const struct sites *sites, struct part **ret, size_t *n) {
  _cleanup_free_ struct figure *new = calloc(sites->n_sites + 1, sizeof(*new));
  _cleanup_free_ struct figure *base = calloc(sites->n_sites + 1, sizeof(*base));
  _cleanup_free_ struct part *parts = calloc(sites->n_sites + 1, sizeof(*parts));
  if (!new || !base || !parts)
    return &error_no_memory;
  struct error *err = measure_sites(budget, comparison->limit, sites, sites->n_bases, new);
  if (!err && comparison->relative)
    err = compare_base_means(budget, comparison->limit, sites, base);
  *n = 0;
  for (uint32_t i = 0; i < sites->n_sites && !err; i++)
    if (new[i].value - base[i].value > chance(&base[i], &new[i], comparison->alpha))
      parts[(*n)++] = (struct part){i, base[i].value, new[i].value, new[i].value - base[i].value};
  qsort(parts, *n, sizeof(*parts), compare_parts);
  if (!err)
    *ret = no_cleanup_ptr(parts);
  return err;
}

static struct error *explain_sum(const struct budget *budget, const struct comparison *comparison,
                                 const struct sites *sites, const char *root, struct arena *arena,
                                 struct verdict_check *check) {
  _cleanup_free_ struct part *parts = NULL;
  size_t n;
  struct error *err = list_parts(budget, comparison, sites, &parts, &n);
  for (size_t i = 0; !err && i < n && i < EXPLAIN_STACKS; i++)
    err = add_stack(sites, &parts[i], root, arena, check);
  return err;
}

struct error *explain_check(const struct budget *budget, const struct comparison *comparison,
                            const struct sites *sites, const char *root, struct arena *arena,
                            struct verdict_check *check) {
  check->stacks = arena_calloc(arena, EXPLAIN_STACKS, sizeof(*check->stacks));
  if (!check->stacks)
    return &error_no_memory;
  if (!comparison->by_site)
    return explain_sum(budget, comparison, sites, root, arena, check);
  struct part part = {comparison->site, comparison->base, comparison->value,
                      comparison->value - (comparison->relative ? comparison->base : 0)};
  return add_stack(sites, &part, root, arena, check);
}
