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
