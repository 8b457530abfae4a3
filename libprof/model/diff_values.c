#include "model/diff_values.h"

#include "model/saturate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* For a figure that is sampled on either side. */
static bool make_spreads(struct arena *arena, struct diff_value *value) {
  if (!value->spreads)
    value->spreads = arena_calloc(arena, 1, sizeof(*value->spreads));
  return value->spreads;
}

bool diff_value_add(struct arena *arena, struct diff_value *value, bool is_new,
                    struct diff_amount amount, const struct spread *spread) {
  int64_t *side = is_new ? &value->new : &value->base;
  int64_t *freed = is_new ? &value->new_freed : &value->base_freed;
  *side = saturating_add(*side, amount.value);
  *freed = saturating_add(*freed, amount.freed);
  if (!spread->unseen)
    return true;
  if (!make_spreads(arena, value))
    return false;
  spread_add(is_new ? &value->spreads->new : &value->spreads->base, spread);
  return true;
}

static enum diff_state state_of(const struct diff_value *value) {
  if (value->delta == 0)
    return DIFF_SAME;
  if (value->base == 0)
    return DIFF_NEW;
  if (value->new == 0)
    return DIFF_GONE;
  return value->delta > 0 ? DIFF_GROWN : DIFF_SHRUNK;
}

static double percent_of(const struct diff_value *value) {
  if (value->delta == 0)
    return 0;
  if (value->base == 0)
    return value->delta > 0 ? INFINITY : -INFINITY;
  return 100.0 * (double)value->delta / fabs((double)value->base);
}

/* A side that has no sample is not known to be 0, unless its profile is exact. Its objects would be
 * as large as the other side's. */
static void know_nothing(struct spread *spread, double unseen, const struct spread *other) {
  if (spread->unseen || !unseen)
    return;
  *spread = (struct spread){
      .unseen = unseen, .counts = other->counts, .objects = other->objects, .bytes = other->bytes};
}

static struct interval interval_of(const struct diff_value *value) {
  double base = (double)value->base, now = (double)value->new;
  if (!value->spreads)
    return (struct interval){now - base, now - base};
  return interval_difference(spread_interval(&value->spreads->base, base), base,
                             spread_interval(&value->spreads->new, now), now);
}

bool diff_value_finish(struct arena *arena, struct diff_value *value, double base_unseen,
                       double new_unseen) {
  value->delta = saturating_subtract(value->new, value->base);
  value->percent = percent_of(value);
  if ((base_unseen || new_unseen) && !make_spreads(arena, value))
    return false;
  if (value->spreads) {
    know_nothing(&value->spreads->base, base_unseen, &value->spreads->new);
    know_nothing(&value->spreads->new, new_unseen, &value->spreads->base);
  }
  value->interval = interval_of(value);
  value->exceeds = value->interval.low > 0 || value->interval.high < 0;
  value->state = state_of(value);
  return true;
}

/* |delta| descending. */
static int compare_deltas(const struct diff_value *a, const struct diff_value *b) {
  uint64_t x = a->delta < 0 ? -(uint64_t)a->delta : (uint64_t)a->delta;
  uint64_t y = b->delta < 0 ? -(uint64_t)b->delta : (uint64_t)b->delta;
  return (x < y) - (x > y);
}

static int compare_functions(const void *x, const void *y) {
  const struct diff_function *a = x, *b = y;
  int c = compare_deltas(&a->flat, &b->flat);
  if (!c)
    c = compare_deltas(&a->cum, &b->cum);
  return c ? c : strcmp(a->name, b->name);
}

static int compare_stacks(const void *x, const void *y) {
  const struct diff_stack *a = x, *b = y;
  int c = compare_deltas(&a->value, &b->value);
  for (uint32_t i = 0; !c && i < a->n_names && i < b->n_names; i++)
    c = strcmp(a->names[i], b->names[i]);
  return c ? c : (a->n_names > b->n_names) - (a->n_names < b->n_names);
}

void diff_sort(struct diff *diff) {
  qsort(diff->functions, diff->n_functions, sizeof(*diff->functions), compare_functions);
  qsort(diff->stacks, diff->n_stacks, sizeof(*diff->stacks), compare_stacks);
}
