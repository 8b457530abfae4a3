/* Sites whose objects stay, and that go on making more for as long as the program ran. */
#include "advise/rules.h"

#include <math.h>

enum { FEWEST_LIVES = 16, PARTS = 5 };
#define MOST_GONE 0.1
#define LEAST_SECONDS 0.2
/* The part of the objects that are born in a fifth of the time; 0.2 if all fifths are alike. */
#define LEAST_IN_A_PART 0.06

/* Whether objects are born throughout the run, to its end. */
static bool is_steady(const struct rule_view *view) {
  double parts[PARTS] = {0}, all = 0, run = view->all->seconds * 1e9;
  for (size_t i = 0; i < view->site->lives.count; i++) {
    const struct life *life = view->site->lives.data[i];
    int part = (int)fmax(fmin(PARTS * life->born / run, PARTS - 1), 0);
    parts[part] += life->objects * life->size;
    all += life->objects * life->size;
  }
  for (int i = 0; i < PARTS; i++)
    if (parts[i] < LEAST_IN_A_PART * all)
      return false;
  return true;
}

/* The part of the objects that went before the last hundredth of the run: at the end a program may
 * tidy up. */
static double part_gone(const struct rule_view *view) {
  double gone = 0, run = view->all->seconds * 1e9;
  for (size_t i = 0; i < view->site->lives.count; i++) {
    const struct life *life = view->site->lives.data[i];
    if (life_has_ended(life) && life->born + life->lived < 0.99 * run)
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
  if (site->lives.count < FEWEST_LIVES || view->all->seconds < LEAST_SECONDS ||
      part_gone(view) > MOST_GONE || !is_steady(view))
    return false;
  bool stays = site->inuse >= site->peak / 2;
  item->bytes = stays ? site->inuse : site->peak;
  item->of = stays ? ADVICE_OF_INUSE : ADVICE_OF_PEAK;
  item->share = rule_memory_share(view, item->bytes);
  strbuf_append(text, "its objects are made throughout the run and stay: ");
  rule_append_bytes(text, item->bytes);
  strbuf_append(text, " so far, ");
  rule_append_bytes(text, item->bytes / view->all->seconds);
  strbuf_appendf(text,
                 " a second, the oldest %.1f s old. `memprof leaks` says whether they can "
                 "still be reached; a cache needs a rule for what goes",
                 oldest_seconds(site));
  return true;
}
