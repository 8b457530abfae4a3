/* Objects that never outlive a call near the one that made them, as far as any was seen: they can
 * live in that call's frame, or in a buffer that it passes on. */
#include "advise/activation.h"
#include "advise/rules.h"

/* Fewer lives say little; larger objects do not belong on a stack. */
enum { FEWEST_LIVES = 8, LARGEST = 64 << 10, MOST_AT_ONCE = 4 };

bool rule_stack(const struct rule_view *view, struct advice_item *item, struct strbuf *text) {
  const struct advise_site *site = view->site;
  const struct traits *traits = &view->traits;
  if (site->lives.count < FEWEST_LIVES || traits->largest > LARGEST ||
      traits->at_once > MOST_AT_ONCE)
    return false;
  struct site_locality locality = site_locality_of(view->all, site);
  if (locality.kind != LOCALITY_LOCAL)
    return false;
  item->bytes = site->alloc;
  item->calls = site->objects;
  item->of = ADVICE_OF_ALLOC;
  item->share = rule_time_share(view, site->objects * COST_PAIR);
  strbuf_append(text, "all ");
  rule_append_count(text, site->objects);
  strbuf_appendf(text,
                 " objects were freed before the call of %s that they were made below had "
                 "returned. ",
                 locality.outermost.function);
  if (traits->n_sizes == 1 && traits->of_commonest >= 1)
    strbuf_append(text, "All have ");
  else
    strbuf_append(text, "The largest has ");
  rule_append_bytes(text, traits->largest);
  strbuf_append(text, locality.outermost.above ? ": let it pass on a buffer of its own frame"
                                               : ": a local array serves them");
  return true;
}
