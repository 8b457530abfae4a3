#include "advise/rules.h"

#include "model/error_bar.h"
#include "model/unit.h"

#include <math.h>

enum { BLOCK_STEP = 16, BLOCK_HEADER = 8, SMALLEST_BLOCK = 32, LEAST_MEMORY = 128 << 10 };

void rule_append_bytes(struct strbuf *sb, double bytes) {
  unit_format(sb, bytes, "bytes", NULL);
}

void rule_append_count(struct strbuf *sb, double count) {
  unit_format(sb, count, "count", NULL);
}

void rule_append_growth(struct strbuf *sb, const struct advice_growth *growth) {
  rule_append_bytes(sb, growth->per_second);
  if (growth->plus_minus >= 0.5) {
    strbuf_append(sb, " +- ");
    rule_append_bytes(sb, growth->plus_minus);
  }
  strbuf_append(sb, " more a second");
}

void rule_append_reached(struct strbuf *sb, const struct advise_site *site) {
  if (site->reachable + site->lost <= 0)
    strbuf_append(sb, ". `memprof leaks` says whether they can still be reached; a cache needs a "
                      "rule for what goes");
  else if (site->lost <= 0)
    strbuf_append(sb,
                  ". All can still be reached: they are no leak, and need a rule for what goes");
  else {
    strbuf_append(sb, ". ");
    rule_append_bytes(sb, site->lost);
    strbuf_append(sb, " of them are lost (`memprof leaks` says more), ");
    rule_append_bytes(sb, site->reachable);
    strbuf_append(sb, " can still be reached");
  }
}

double rule_memory_share(const struct rule_view *view, double bytes) {
  double memory = fmax(view->all->peak, view->all->inuse);
  return memory > 0 && bytes >= LEAST_MEMORY ? bytes / memory : 0;
}

double rule_block(double size) {
  return fmax(SMALLEST_BLOCK, BLOCK_STEP * ceil((size + BLOCK_HEADER) / BLOCK_STEP));
}

double rule_plus_minus(const struct advise_site *site, double part) {
  double n = (double)site->lives.count, of_part = n > 0 ? part * (1 - part) / n : 0;
  return error_bar(part * part * site->alloc_variance + site->alloc * site->alloc * of_part);
}

double rule_time_share(const struct rule_view *view, double seconds) {
  return view->all->cpu > 0 ? seconds / view->all->cpu : 0;
}
