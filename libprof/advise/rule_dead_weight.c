/* Blocks that were made long before the phase that makes the peak, stay for ever, and have no
 * part in that phase as far as their site shows: it neither makes nor frees any meanwhile.
 * Whether the phase reads them is not recorded, and no profiler of malloc can know it. */
#include "advise/rules.h"
#include "model/error_bar.h"

#include <math.h>

#define LEAST_PART 0.25
#define MOST_GONE 0.1
#define MOST_UNSEEN 0.01

#define LEAST_REST 0.1 /* of the run, between the last birth and the phase */
#define LEAST_SECONDS 0.2

static double last_birth(const struct advise_site *site) {
  double last = 0;
  for (size_t i = 0; i < site->lives.count; i++)
    last = fmax(last, site->lives.data[i]->born);
  return last;
}

/* Whether nothing of it goes from before the phase on, and at most a tenth before. */
static bool stays(const struct rule_view *view) {
  double gone = 0, run = view->all->seconds * 1e9;
  for (size_t i = 0; i < view->site->lives.count; i++) {
    const struct life *life = view->site->lives.data[i];
    double end = life->born + life->lived;
    if (!life_has_ended(life) || end > fmax(ADVISE_TIDIES_UP * run, view->phase->over))
      continue;
    if (end >= view->phase->begun)
      return false;
    gone += life->objects;
  }
  return gone <= MOST_GONE * view->site->objects;
}

/* Whether more than a hundredth of it went at some time, and no history shows when: the site's figures
 * rest on all that was recorded, histories on 64 objects of a stack. */
static bool went_unseen(const struct advise_site *site) {
  double error = error_bar(site->alloc_variance + site->inuse_variance);
  for (size_t i = 0; i < site->lives.count; i++)
    if (life_has_ended(site->lives.data[i]))
      return false;
  return site->alloc - site->inuse - error > MOST_UNSEEN * site->alloc;
}

/* With n histories of more objects, and none of them born or freed in the phase, at most 3 of n
 * objects were (95%; Hanley and Lippman-Hand 1983). */
static double unseen_part(const struct advise_site *site) {
  double n = (double)site->lives.count;
  return site->objects > n + 0.5 ? fmin(3 / n, 1) : 0;
}

static void append_text(const struct rule_view *view, const struct peak_phase *phase, double last,
                        struct strbuf *text) {
  strbuf_appendf(text, "it is %.0f%% of the peak of ", 100 * view->site->peak / view->all->peak);
  rule_append_bytes(text, view->all->peak);
  strbuf_appendf(text,
                 ", made in the first %.0f ms of %.1f s, and stays: none of it is made or freed ",
                 last / 1e6 + 1, view->all->seconds);
  strbuf_appendf(text, "while %s makes ", phase->maker->frame.function);
  rule_append_bytes(text, phase->made);
  strbuf_append(text, " of the peak. If that does not read it (memprof cannot see it), free it "
                      "before, or load it later. The peak is of ");
  peak_append_parts(text, view->all);
}

bool rule_dead_weight(const struct rule_view *view, struct advice_item *item, struct strbuf *text) {
  const struct advise_site *site = view->site;
  const struct peak_phase *phase = view->phase;
  double run = view->all->seconds * 1e9, last = last_birth(site);
  if (!phase->known || !site->lives.count || view->all->seconds < LEAST_SECONDS ||
      site->peak < LEAST_PART * view->all->peak || phase->begun - last < LEAST_REST * run ||
      !stays(view) || went_unseen(site))
    return false;
  item->bytes = site->peak;
  item->plus_minus = item->bytes * unseen_part(site);
  item->of = ADVICE_OF_PEAK;
  item->share = rule_memory_share(view, item->bytes);
  append_text(view, phase, last, text);
  return true;
}
