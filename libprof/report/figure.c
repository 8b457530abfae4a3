#include "report/figure.h"

#include "model/unit.h"

#include <math.h>
#include <string.h>

/* Sides of which the longer is at most this many times the shorter are shown as one bar. */
#define ALIKE 1.25

static bool is_alike(double below, double above) {
  return fmax(below, above) <= ALIKE * fmin(below, above);
}

/* "+- 0.8" */
static void append_bar(struct strbuf *sb, double bar, const struct unit *unit) {
  strbuf_appendf(sb, "+- %.*f", unit->decimals, bar / unit->divisor);
}

/* "0 to 3.1 MiB", "12.1 to 98.0 KiB", "900.0 KiB to 1.3 MiB" */
static void append_ends(struct strbuf *sb, struct interval interval, const char *from,
                        const char *to) {
  struct unit low = unit_choose(fabs(interval.low), from, to),
              high = unit_choose(fabs(interval.high), from, to);
  if (interval.low == 0)
    strbuf_append_char(sb, '0');
  else if (!strcmp(low.name, high.name))
    strbuf_appendf(sb, "%.*f", low.decimals, interval.low / low.divisor);
  else
    unit_append(sb, interval.low, &low);
  strbuf_append(sb, " to ");
  unit_append(sb, interval.high, &high);
}

/* `bar` and `ends` stand before the one or the other form. */
static void append_interval(struct strbuf *sb, double value, struct interval interval,
                            const struct unit *unit, const char *from, const char *to,
                            const char *bar, const char *ends) {
  double below = value - interval.low, above = interval.high - value;
  /* Nothing of it would be seen. */
  if (fmax(below, above) < 0.5 * pow(10, -unit->decimals) * unit->divisor)
    return;
  strbuf_append(sb, is_alike(below, above) ? bar : ends);
  if (is_alike(below, above))
    append_bar(sb, fmax(below, above), unit);
  else
    append_ends(sb, interval, from, to);
}

static struct interval interval_of(int64_t value, const struct spread *spread) {
  return spread ? spread_interval(spread, (double)value)
                : (struct interval){(double)value, (double)value};
}

void figure_append(struct strbuf *sb, int64_t value, const struct spread *spread, const char *from,
                   const char *to) {
  struct interval interval = interval_of(value, spread);
  struct unit unit = unit_choose(fabs((double)value), from, to);
  unit_append(sb, (double)value, &unit);
  append_interval(sb, (double)value, interval, &unit, from, to, " ", ", ");
}

void figure_append_interval(struct strbuf *sb, int64_t value, const struct spread *spread,
                            const char *from, const char *to) {
  struct unit unit = unit_choose(fabs((double)value), from, to);
  append_interval(sb, (double)value, interval_of(value, spread), &unit, from, to, "", "");
}

void figure_append_delta(struct strbuf *sb, int64_t delta, struct interval interval,
                         const char *from, const char *to) {
  struct unit unit = unit_choose(delta ? fabs((double)delta) : interval.high, from, to);
  if (delta > 0)
    strbuf_append_char(sb, '+');
  unit_append(sb, (double)delta, &unit);
  append_interval(sb, (double)delta, interval, &unit, from, to, " ", ", ");
}

void figure_append_percent(struct strbuf *sb, int64_t value, int64_t total) {
  if (!total || !value)
    strbuf_append(sb, "0%");
  else
    strbuf_appendf(sb, "%.2f%%", 100.0 * (double)value / fabs((double)total));
}

static json_int_t whole(double value) {
  return value >= 0x1p63 ? INT64_MAX : value <= -0x1p63 ? INT64_MIN : (json_int_t)value;
}

json_t *interval_json(int64_t value, struct interval interval) {
  bool exact = interval.low == interval.high;
  return json_pack("{s:I, s:I, s:I}", "value", (json_int_t)value, "low",
                   exact ? (json_int_t)value : whole(floor(interval.low)), "high",
                   exact ? (json_int_t)value : whole(ceil(interval.high)));
}

json_t *figure_json(int64_t value, const struct spread *spread) {
  return interval_json(value, interval_of(value, spread));
}
