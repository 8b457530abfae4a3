/* Objects that are freed soon, one or a few at a time: a buffer that is kept serves the next. */
#include "advise/rule_reuse.h"

#include "model/error_bar.h"

enum { FEWEST_LIVES = 8, MOST_AT_ONCE = 16, MOST_AT_PEAK = 64, MOST_SPREAD = 8 };
#define LEAST_FREED 0.95
#define LEAST_SERVED 0.9

/* The size of the buffer: the largest object's, or where a few are far larger the size that nine in
 * ten do not exceed. */
static double buffer_size(const struct traits *traits) {
  return traits->largest <= MOST_SPREAD * traits->nine_tenths ? traits->largest
                                                              : traits->nine_tenths;
}

static double part_up_to(const struct advise_site *site, double size, double *bytes) {
  double objects = 0;
  *bytes = 0;
  for (size_t i = 0; i < site->lives.count; i++)
    if (site->lives.data[i]->size <= size) {
      objects += site->lives.data[i]->objects;
      *bytes += site->lives.data[i]->objects * site->lives.data[i]->size;
    }
  return site->objects > 0 ? objects / site->objects : 0;
}

/* Whether far more of them surely lived at once at some time, as on a stack that grows now and
 * then. */
static bool were_many(const struct advise_site *site, const struct traits *traits) {
  return site->peak - error_bar(site->peak_variance) > MOST_AT_PEAK * traits->largest;
}

struct reuse reuse_of(const struct rule_view *view) {
  const struct advise_site *site = view->site;
  const struct traits *traits = &view->traits;
  struct reuse reuse = {0};
  if (site->lives.count < FEWEST_LIVES || traits->freed < LEAST_FREED || traits->at_once < 0 ||
      traits->most_calls < 0 || traits->at_once > MOST_AT_ONCE || were_many(site, traits))
    return reuse;
  double bytes;
  reuse.size = buffer_size(traits);
  reuse.served = part_up_to(site, reuse.size, &bytes);
  reuse.part = site->bytes > 0 ? bytes / site->bytes : 0;
  reuse.kept = reuse.size * traits->at_once;
  reuse.applies = reuse.served >= LEAST_SERVED && reuse.kept <= site->bytes / 2;
  return reuse;
}

bool rule_reuse(const struct rule_view *view, struct advice_item *item, struct strbuf *text) {
  const struct advise_site *site = view->site;
  const struct traits *traits = &view->traits;
  struct reuse reuse = reuse_of(view);
  if (!reuse.applies)
    return false;
  item->bytes = site->alloc * reuse.part - reuse.kept;
  item->calls = site->objects * reuse.served;
  item->of = ADVICE_OF_ALLOC;
  item->share = rule_time_share(view, item->calls * COST_PAIR);
  strbuf_append(text, "nine in ten of ");
  rule_append_count(text, site->objects);
  strbuf_append(text, " objects are freed within ");
  rule_append_count(text, traits->most_calls + 1);
  strbuf_appendf(text,
                 " allocations of their thread, and about %.0f live at once: ", traits->at_once);
  strbuf_append(text, traits->at_once > 2 ? "a pool of buffers of " : "a buffer of ");
  rule_append_bytes(text, reuse.size);
  strbuf_appendf(text, " that is kept serves %.0f%% of the calls", 100 * reuse.served);
  return true;
}
