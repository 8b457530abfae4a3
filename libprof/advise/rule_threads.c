/* Threads that nobody joined, by the blocks that pthread_create makes for each; and blocks that one
 * thread allocates and another frees. */
#include "advise/rules.h"

#include <math.h>
#include <string.h>

enum { FEWEST_LIVES = 8, FEWEST_THREADS = 16 };
#define LEAST_CROSSED 0.5

/* glibc keeps a block for the thread's dynamic TLS until it is joined or, detached, has ended. */
static bool is_of_thread(const struct rule_view *view) {
  struct site_frame frame;
  for (uint32_t k = 0; site_frame_at(view->all->profile, view->site->sample, k, &frame); k++)
    if (!strncmp(frame.function, "pthread_create", 14))
      return true;
  return false;
}

static bool unjoined(const struct rule_view *view, struct advice_item *item, struct strbuf *text) {
  double live = view->site->objects * (1 - view->traits.ended);
  if (live < FEWEST_THREADS || view->traits.ended > 0.5)
    return false;
  item->bytes = view->site->inuse;
  item->of = ADVICE_OF_INUSE;
  item->share = 1; /* each holds a stack, which malloc does not see */
  rule_append_count(text, live);
  strbuf_append(text, " threads were started here and never joined or detached: each keeps its "
                      "stack. Join them, or give them an end and detach them");
  return true;
}

bool rule_threads(const struct rule_view *view, struct advice_item *item, struct strbuf *text) {
  const struct advise_site *site = view->site;
  if (is_of_thread(view))
    return unjoined(view, item, text);
  if (site->lives.count < FEWEST_LIVES || view->traits.crossed < LEAST_CROSSED)
    return false;
  item->bytes = site->alloc * view->traits.crossed;
  item->calls = site->objects * view->traits.crossed;
  item->of = ADVICE_OF_ALLOC;
  item->share = rule_time_share(view, item->calls * COST_PAIR);
  strbuf_appendf(text, "%.0f%% of ", 100 * view->traits.crossed);
  rule_append_count(text, site->objects);
  strbuf_append(text,
                " objects are freed by another thread than the one that made them: both "
                "threads take the same arena's lock. Hand them back, or allocate many at once");
  return true;
}
