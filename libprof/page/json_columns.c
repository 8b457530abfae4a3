#include "page/json_columns.h"

#include "page/interval_digits.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

void column_append_key(struct strbuf *sb, const char *key) {
  bool first = !sb->length || strchr("{[", sb->data[sb->length - 1]);
  strbuf_append(sb, first ? "\"" : ",\"");
  strbuf_append(sb, key);
  strbuf_append(sb, "\":");
}

static void append_number(struct strbuf *sb, int64_t value) {
  char digits[24], *p = digits + sizeof(digits);
  uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
  do
    *--p = (char)('0' + rest % 10);
  while (rest /= 10);
  if (value < 0)
    *--p = '-';
  strbuf_append_n(sb, p, (size_t)(digits + sizeof(digits) - p));
}

static const void *at(struct column column, size_t i) {
  return (const char *)column.data + i * column.stride;
}

static void append_column(struct strbuf *sb, const char *key, struct column column, bool is_wide) {
  column_append_key(sb, key);
  for (size_t i = 0; i < column.n; i++) {
    strbuf_append_char(sb, i ? ',' : '[');
    append_number(sb, is_wide ? *(const int64_t *)at(column, i) : *(const uint32_t *)at(column, i));
  }
  strbuf_append(sb, column.n ? "]" : "[]");
}

void column_append_numbers(struct strbuf *sb, const char *key, struct column column) {
  append_column(sb, key, column, false);
}

void column_append_values(struct strbuf *sb, const char *key, struct column column) {
  append_column(sb, key, column, true);
}

void column_append_reals(struct strbuf *sb, const char *key, struct column column) {
  column_append_key(sb, key);
  for (size_t i = 0; i < column.n; i++)
    strbuf_appendf(sb, "%c%.6g", i ? ',' : '[', *(const double *)at(column, i));
  strbuf_append(sb, column.n ? "]" : "[]");
}

static void append_end(struct strbuf *sb, double end) {
  if (end == rint(end) && fabs(end) < 0x1p53)
    append_number(sb, (int64_t)end);
  else
    strbuf_appendf(sb, fabs(end) < 1e12 ? "%.15g" : "%.17g", fmin(fmax(end, -DBL_MAX), DBL_MAX));
}

/* An interval of one point is the figure itself. */
static void append_interval(struct strbuf *low, struct strbuf *high, const struct interval *exact,
                            int64_t value, bool is_bytes) {
  if (exact->low == exact->high) {
    append_number(low, value);
    append_number(high, value);
    return;
  }
  struct interval interval = interval_shorten((double)value, *exact, is_bytes);
  append_end(low, interval.low);
  append_end(high, interval.high);
}

void column_append_intervals(struct strbuf *sb, const char *prefix, struct column intervals,
                             struct column values, bool is_bytes) {
  _cleanup_strbuf_ struct strbuf high = STRBUF_INIT;
  char key[40];
  snprintf(key, sizeof(key), "%slow", prefix);
  column_append_key(sb, key);
  strbuf_append_char(sb, '[');
  for (size_t i = 0; i < intervals.n; i++) {
    const struct interval *exact = at(intervals, i);
    int64_t value = *(const int64_t *)at(values, i);
    strbuf_append(sb, i ? "," : "");
    strbuf_append(&high, i ? "," : "");
    append_interval(sb, &high, exact, value, is_bytes);
  }
  snprintf(key, sizeof(key), "],\"%shigh\":[", prefix);
  strbuf_append(sb, key);
  strbuf_append_n(sb, high.data, high.length);
  strbuf_append_char(sb, ']');
  sb->failed |= strbuf_failed(&high);
}
