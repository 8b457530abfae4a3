/* Large blocks that malloc maps and unmaps each time: the kernel makes their pages anew. */
#include "advise/rules.h"

#include <math.h>

enum { FEWEST_LIVES = 4 };
#define LEAST_MAPPED 0.5
#define LEAST_ENDED 0.8

bool rule_large(const struct rule_view *view, struct advice_item *item, struct strbuf *text) {
  const struct advise_site *site = view->site;
  const struct traits *traits = &view->traits;
  double mapped = site->objects * traits->mapped;
  if (site->lives.count < FEWEST_LIVES || mapped < FEWEST_LIVES || traits->mapped < LEAST_MAPPED ||
      traits->ended < LEAST_ENDED)
    return false;
  double pages = ceil(site->bytes * traits->mapped / RULE_PAGE);
  item->bytes = site->alloc * traits->mapped;
  item->calls = mapped;
  item->of = ADVICE_OF_ALLOC;
  item->share = rule_time_share(view, pages * COST_PAGE);
  rule_append_count(text, mapped);
  strbuf_append(text, " blocks of up to ");
  rule_append_bytes(text, traits->largest);
  strbuf_append(text, " each got a mapping of their own, ");
  rule_append_count(text, pages);
  strbuf_appendf(text,
                 " pages in all, about %.0f ms of faults if all are touched: keep one, or set "
                 "M_MMAP_THRESHOLD",
                 pages * COST_PAGE * 1e3);
  return true;
}
