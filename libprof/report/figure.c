#include "report/figure.h"

#include "model/error_bar.h"
#include "model/unit.h"

#include <math.h>

static void append_bar(struct strbuf *sb, double bar, const struct unit *unit) {
  if (bar > 0)
    strbuf_appendf(sb, " +- %.*f", unit->decimals, bar / unit->divisor);
}

void figure_append(struct strbuf *sb, int64_t value, double variance, const char *from,
                   const char *to) {
  double bar = error_bar(variance);
  struct unit unit = unit_choose(value ? fabs((double)value) : bar, from, to);
  unit_append(sb, (double)value, &unit);
  append_bar(sb, bar, &unit);
}

void figure_append_delta(struct strbuf *sb, int64_t delta, double bar, const char *from,
                         const char *to) {
  struct unit unit = unit_choose(delta ? fabs((double)delta) : bar, from, to);
  if (delta > 0)
    strbuf_append_char(sb, '+');
  unit_append(sb, (double)delta, &unit);
  append_bar(sb, bar, &unit);
}

void figure_append_percent(struct strbuf *sb, int64_t value, int64_t total) {
  if (!total || !value)
    strbuf_append(sb, "0%");
  else
    strbuf_appendf(sb, "%.2f%%", 100.0 * (double)value / fabs((double)total));
}

json_t *figure_json(int64_t value, double variance) {
  return json_pack("{s:I, s:I}", "value", (json_int_t)value, "plus_minus",
                   (json_int_t)ceil(error_bar(variance)));
}
