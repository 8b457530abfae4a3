#include "advise/crossed.h"

#include "model/busiest_thread.h"

#include <math.h>

enum { FEWEST_LIVES = 8, MOST_COUNTED = 8 };
#define LEAST_CROSSED 0.5
#define WORTH_NAMING 0.5 /* of all allocations: by one thread */

static int64_t maker_of(const struct life *life) {
  return life->born_by;
}
static int64_t freer_of(const struct life *life) {
  return life->freed_by;
}

/* How many threads made, or freed, the blocks that changed threads, as far as the histories show;
 * MOST_COUNTED stands for any larger number. */
static int count_threads(const struct advise_site *site, int64_t thread_of(const struct life *)) {
  int64_t seen[MOST_COUNTED];
  int n = 0;
  for (size_t i = 0; i < site->lives.count && n < MOST_COUNTED; i++) {
    const struct life *life = site->lives.data[i];
    int k = 0;
    if (!life->born_by || !life->freed_by || life->born_by == life->freed_by)
      continue;
    while (k < n && seen[k] != thread_of(life))
      k++;
    if (k == n)
      seen[n++] = thread_of(life);
  }
  return n;
}

static void append_threads(struct strbuf *text, int n, const char *verb) {
  if (n == 1)
    strbuf_appendf(text, "one thread %ss them", verb);
  else
    strbuf_appendf(text, "%d%s threads %s them", n, n < MOST_COUNTED ? "" : " or more", verb);
}

/* The calls of threads are counted, not sampled. */
static void append_busiest(struct strbuf *text, const struct rule_view *view) {
  struct busiest_thread thread;
  double all = view->all->calls;
  if (!profile_busiest_thread(view->all->profile, &thread) || all <= 0 ||
      (double)thread.allocs < WORTH_NAMING * all)
    return;
  strbuf_appendf(text, "; thread %.0f", (double)thread.number);
  if (*thread.name)
    strbuf_appendf(text, " (%s)", thread.name);
  strbuf_appendf(text, " makes %.0f%% of all allocations",
                 100 * fmin((double)thread.allocs / all, 1));
}

bool crossed_blocks(const struct rule_view *view, struct advice_item *item, struct strbuf *text) {
  const struct advise_site *site = view->site;
  if (site->lives.count < FEWEST_LIVES || view->traits.crossed < LEAST_CROSSED)
    return false;
  item->bytes = site->alloc * view->traits.crossed;
  item->calls = site->objects * view->traits.crossed;
  item->of = ADVICE_OF_ALLOC;
  item->share = rule_time_share(view, item->calls * COST_PAIR);
  strbuf_appendf(text, "%.0f%% of ", 100 * view->traits.crossed);
  rule_append_count(text, site->objects);
  strbuf_append(text, " objects are freed by another thread than the one that made them (");
  append_threads(text, count_threads(site, maker_of), "make");
  strbuf_append(text, ", ");
  append_threads(text, count_threads(site, freer_of), "free");
  append_busiest(text, view);
  strbuf_append(text, "): both threads take the same arena's lock. Hand them back, or allocate "
                      "many at once");
  return true;
}
