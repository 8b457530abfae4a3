/* Sites whose objects stay, and that go on making more for as long as the program ran. */
#include "advise/rules.h"
#include "advise/slope.h"

#include <math.h>

enum { FEWEST_LIVES = 16 };
#define MOST_GONE 0.1
#define LEAST_SECONDS 0.2

/* The part of the objects that went before the last hundredth of the run: at the end a program may
 * tidy up. */
static double part_gone(const struct rule_view *view) {
  double gone = 0, run = view->all->seconds * 1e9;
  for (size_t i = 0; i < view->site->lives.count; i++) {
    const struct life *life = view->site->lives.data[i];
    if (life_has_ended(life) && life->born + life->lived < ADVISE_TIDIES_UP * run)
      gone += life->objects;
  }
  return gone / view->site->objects;
}

static double oldest_seconds(const struct advise_site *site) {
  double oldest = 0;
  for (size_t i = 0; i < site->lives.count; i++)
    oldest = fmax(oldest, site->lives.data[i]->lived);
  return oldest / 1e9;
}

bool rule_growth(const struct rule_view *view, struct advice_item *item, struct strbuf *text) {
  const struct advise_site *site = view->site;
  double run = view->all->seconds * 1e9;
  if (site->lives.count < FEWEST_LIVES || view->all->seconds < LEAST_SECONDS ||
      part_gone(view) > MOST_GONE || !slope_is_steady(site, run))
    return false;
  struct slope slope = slope_of_bytes(site, run);
  bool stays = site->inuse >= site->peak / 2;
  item->bytes = stays ? site->inuse : site->peak;
  item->of = stays ? ADVICE_OF_INUSE : ADVICE_OF_PEAK;
  item->share = rule_memory_share(view, item->bytes);
  item->grows = (struct advice_growth){slope.per_second, slope.plus_minus};
  strbuf_append(text, "its objects are made throughout the run and stay: ");
  rule_append_bytes(text, item->bytes);
  strbuf_append(text, " so far, ");
  rule_append_growth(text, &item->grows);
  strbuf_appendf(text, ", the oldest %.1f s old", oldest_seconds(site));
  rule_append_reached(text, site);
  return slope_is_up(&slope);
}
