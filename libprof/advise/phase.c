/* The live bytes over time are a sum of steps, one up at a birth and one down at an end. An
 * estimate of 64 histories a site and size is rough, so a phase must be large: a quarter of the
 * peak goes with it. */
#include "advise/phase.h"

#include "base/cleanup.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_FALL 0.25
#define NEARLY_ALL 0.9 /* of the fall: where the phase begins and is over */
#define LEAST_NAMED 0.1
enum { MOST_NAMED = 3 };

struct step {
  double time, bytes;
};

/* Steps up come first, so that a block that replaces another counts beside it. */
static int by_time(const void *a, const void *b) {
  const struct step *x = a, *y = b;
  int order = (x->time > y->time) - (x->time < y->time);
  return order ? order : (x->bytes < y->bytes) - (x->bytes > y->bytes);
}

/* All steps, in order, each with the live bytes after it in place of its own; NULL without
 * memory. */
static struct step *curve_of(const struct advise_sites *sites, size_t *n) {
  struct step *steps = calloc(2 * sites->lives.count + 1, sizeof(*steps));
  double run = sites->seconds * 1e9, live = 0;
  *n = 0;
  for (size_t i = 0; steps && i < sites->lives.count; i++) {
    const struct life *life = &sites->lives.data[i];
    double bytes = life->objects * life->size, end = life->born + life->lived;
    steps[(*n)++] = (struct step){life->born, bytes};
    if (life_has_ended(life) && end < ADVISE_TIDIES_UP * run)
      steps[(*n)++] = (struct step){end, -bytes};
  }
  if (steps)
    qsort(steps, *n, sizeof(*steps), by_time);
  for (size_t i = 0; i < *n; i++)
    steps[i].bytes = live += steps[i].bytes;
  return steps;
}

static size_t highest(const struct step *curve, size_t n) {
  size_t at = 0;
  for (size_t i = 1; i < n; i++)
    if (curve[i].bytes > curve[at].bytes)
      at = i;
  return at;
}

static double lowest_from(const struct step *curve, size_t n, size_t at) {
  double lowest = curve[at].bytes;
  for (size_t i = at; i < n; i++)
    lowest = fmin(lowest, curve[i].bytes);
  return lowest;
}

/* The bytes of a site that are born in the phase. */
static double born_in(const struct advise_site *site, const struct peak_phase *phase) {
  double bytes = 0;
  for (size_t i = 0; i < site->lives.count; i++) {
    const struct life *life = site->lives.data[i];
    bytes +=
        life->born >= phase->begun && life->born < phase->over ? life->objects * life->size : 0;
  }
  return fmin(bytes, site->peak);
}

static void find_maker(const struct advise_sites *sites, struct peak_phase *phase) {
  for (size_t i = 0; i < sites->sites.count; i++) {
    double bytes = born_in(&sites->sites.data[i], phase);
    if (bytes <= phase->made)
      continue;
    phase->made = bytes;
    phase->maker = &sites->sites.data[i];
  }
}

struct peak_phase peak_phase_of(const struct advise_sites *sites) {
  size_t n;
  _cleanup_free_ struct step *curve = curve_of(sites, &n);
  struct peak_phase phase = {0};
  if (!curve || !n)
    return phase;
  size_t at = highest(curve, n), from = at, to = at;
  double fall = curve[at].bytes - lowest_from(curve, n, at);
  double low = curve[at].bytes - NEARLY_ALL * fall;
  if (fall <= 0 || fall < LEAST_FALL * curve[at].bytes)
    return phase;
  while (from && curve[from - 1].bytes > low)
    from--;
  while (to + 1 < n && curve[to].bytes > low)
    to++;
  phase.begun = curve[from].time;
  phase.over = curve[to].time;
  find_maker(sites, &phase);
  phase.known = phase.maker;
  return phase;
}

struct named_part {
  const char *function;
  double bytes;
};

/* The function that has most of the peak, of those that are not in `named`. */
static struct named_part largest_part(const struct advise_sites *sites,
                                      const struct named_part *named, size_t n) {
  struct named_part largest = {"", 0};
  for (size_t i = 0; i < sites->sites.count; i++) {
    struct named_part part = {sites->sites.data[i].frame.function, 0};
    size_t k = 0;
    while (k < n && named[k].function != part.function)
      k++;
    if (k < n || sites->sites.data[i].peak < LEAST_NAMED / 10 * sites->peak)
      continue;
    for (size_t j = 0; j < sites->sites.count; j++)
      if (sites->sites.data[j].frame.function == part.function)
        part.bytes += sites->sites.data[j].peak;
    if (part.bytes > largest.bytes)
      largest = part;
  }
  return largest;
}

void peak_append_parts(struct strbuf *text, const struct advise_sites *sites) {
  struct named_part named[MOST_NAMED];
  for (size_t n = 0; n < MOST_NAMED; n++) {
    named[n] = largest_part(sites, named, n);
    if (named[n].bytes < LEAST_NAMED * sites->peak || named[n].bytes <= 0)
      return;
    strbuf_appendf(text, "%s%s %.0f%%", n ? ", " : "", named[n].function,
                   100 * named[n].bytes / sites->peak);
  }
}
