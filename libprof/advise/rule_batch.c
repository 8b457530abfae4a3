/* Many small objects of one size that are born one by one and die together: an arena gives them out
 * without a header each, and frees them at once. */
#include "advise/rules.h"
#include "base/cleanup.h"

#include <math.h>
#include <stdlib.h>

enum { FEWEST_LIVES = 16, FEWEST_MET = 8, FEWEST_TOGETHER = 50, LARGEST = 1024 };
#define LEAST_OF_ONE_SIZE 0.9
#define LEAST_TOGETHER 0.7
#define LEAST_CLOSER 8

/* When an object was born and freed, by the allocations of its thread. */
struct span {
  double born, freed;
};

static int by_free(const void *a, const void *b) {
  double x = ((const struct span *)a)->freed, y = ((const struct span *)b)->freed;
  return (x > y) - (x < y);
}

/* Whether two were freed next to each other, though they were not born so: frees alone do not move
 * the clock. Those of a queue lie as far apart as their births. */
static bool are_together(const struct span *a, const struct span *b, double near) {
  double apart = fabs(a->freed - b->freed);
  return apart <= near && apart * LEAST_CLOSER <= fabs(a->born - b->born);
}

/* The earliest birth among each span and those freed after it; NULL without memory. */
static double *earliest_births(const struct span *spans, size_t n) {
  double *earliest = calloc(n + 1, sizeof(*earliest));
  for (size_t i = n; earliest && i-- > 0;)
    earliest[i] = i + 1 < n ? fmin(spans[i].born, earliest[i + 1]) : spans[i].born;
  return earliest;
}

/* The part that was freed together with another, among the lives that met one for more than `near`.
 * Where a site has many batches and few histories, most are the only one of their batch and show
 * nothing. `spans` are sorted by free. */
static double part_of_met(const struct span *spans, size_t n, double near) {
  _cleanup_free_ double *earliest = earliest_births(spans, n);
  size_t met = 0, together = 0;
  for (size_t i = 0; earliest && i < n; i++) {
    bool has_before = i && spans[i - 1].freed > spans[i].born + near;
    bool has_after = i + 1 < n && earliest[i + 1] + near < spans[i].freed;
    if (!has_before && !has_after)
      continue;
    met++;
    together += (i && are_together(&spans[i], &spans[i - 1], near)) ||
                (i + 1 < n && are_together(&spans[i], &spans[i + 1], near));
  }
  return met >= FEWEST_MET ? (double)together / (double)met : 0;
}

/* The part of the freed lives that were freed together with another. */
static double part_together(const struct rule_view *view) {
  const struct advise_site *site = view->site;
  _cleanup_free_ struct span *spans = calloc(site->lives.count + 1, sizeof(*spans));
  size_t n = 0;
  for (size_t i = 0; spans && i < site->lives.count; i++) {
    const struct life *life = site->lives.data[i];
    if (life->end == LIFE_FREED && life->calls >= 0 && life->born_calls >= 0)
      spans[n++] = (struct span){life->born_calls, life->born_calls + life->calls};
  }
  if (n < FEWEST_LIVES)
    return 0;
  qsort(spans, n, sizeof(*spans), by_free);
  return part_of_met(spans, n, view->traits.lived_calls / 100);
}

bool rule_batch(const struct rule_view *view, struct advice_item *item, struct strbuf *text) {
  const struct advise_site *site = view->site;
  const struct traits *traits = &view->traits;
  if (site->lives.count < FEWEST_LIVES || traits->largest > LARGEST || traits->freed < 0.5 ||
      traits->of_commonest < LEAST_OF_ONE_SIZE || traits->at_once < FEWEST_TOGETHER ||
      part_together(view) < LEAST_TOGETHER)
    return false;
  double overhead = rule_block(traits->commonest) - traits->commonest;
  item->bytes = site->peak_objects * overhead;
  item->calls = site->objects;
  item->of = ADVICE_OF_PEAK;
  item->share =
      fmax(rule_time_share(view, site->objects * COST_PAIR), rule_memory_share(view, item->bytes));
  rule_append_count(text, site->objects);
  strbuf_append(text, " objects of ");
  rule_append_bytes(text, traits->commonest);
  strbuf_append(text, " are born one by one and die together: an arena saves ");
  strbuf_appendf(text, "%.0f bytes of header and rounding for each, and its calls", overhead);
  return true;
}
