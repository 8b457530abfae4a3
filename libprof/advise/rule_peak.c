/* Blocks that make the peak and live for a small part of the run. */
#include "advise/rules.h"

#include <math.h>

enum { FEWEST_LIVES = 2 };
#define LEAST_PART 0.25
#define LONGEST_LIFE 0.2
#define LEAST_SECONDS 0.2
#define MOST_OF_MEAN 4
#define SHORT_NS 16e6 /* four ticks of the coarse clock */

/* The mean of the bytes that live, by Little's law: by time, or by the calls of all threads where
 * the lives are too short for the clock. */
static double mean_live(const struct rule_view *view) {
  double by_time = view->traits.lived / 1e9 / view->all->seconds;
  double by_calls = view->all->calls > 0 ? view->traits.lived_calls / view->all->calls : 0;
  return view->site->bytes * (view->traits.lived < SHORT_NS ? fmax(by_time, by_calls) : by_time);
}

bool rule_peak(const struct rule_view *view, struct advice_item *item, struct strbuf *text) {
  const struct advise_site *site = view->site;
  double run = view->all->seconds, lived = view->traits.lived / 1e9;
  double mean = mean_live(view);
  if (site->lives.count < FEWEST_LIVES || view->traits.ended < 0.9 || run < LEAST_SECONDS ||
      site->peak < LEAST_PART * view->all->peak || lived > LONGEST_LIFE * run ||
      site->peak_low < MOST_OF_MEAN * mean || rule_memory_share(view, site->peak_low - mean) <= 0)
    return false;
  item->bytes = site->peak - mean;
  item->of = ADVICE_OF_PEAK;
  item->share = rule_memory_share(view, item->bytes);
  strbuf_appendf(text,
                 "it makes %.0f%% of the peak, with blocks that live for %.0f ms of %.1f s: "
                 "work in pieces, or free what else is there first. The peak is of ",
                 100 * site->peak / view->all->peak, 1e3 * lived, run);
  peak_append_parts(text, view->all);
  return true;
}
