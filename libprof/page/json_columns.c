#include "page/json_columns.h"

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

/* From here on ends are whole numbers, below they have three decimals; and from here on, powers. */
#define WHOLE 0x1p20
#define HUGE_END 1e15

/* Rounded outwards, and not more than that the text of a report, which has a decimal of a KiB or
 * MiB, would nearly always be the same: digits that say nothing are most of a page's bytes. */
static void append_end(struct strbuf *sb, double end, bool high) {
  double parts = fabs(end) < WHOLE ? 1000 : 1;
  if (fabs(end) >= HUGE_END)
    strbuf_appendf(sb, "%.17g", fmin(fmax(end, -DBL_MAX), DBL_MAX));
  else
    strbuf_appendf(sb, "%.16g", (high ? ceil(end * parts) : floor(end * parts)) / parts);
}

static void append_ends(struct strbuf *sb, struct column intervals, struct column values,
                        bool high) {
  for (size_t i = 0; i < intervals.n; i++) {
    const struct interval *interval = at(intervals, i);
    strbuf_append_char(sb, i ? ',' : '[');
    if (interval->low == interval->high)
      append_number(sb, *(const int64_t *)at(values, i));
    else
      append_end(sb, high ? interval->high : interval->low, high);
  }
  strbuf_append(sb, intervals.n ? "]" : "[]");
}

void column_append_intervals(struct strbuf *sb, const char *prefix, struct column intervals,
                             struct column values) {
  char key[40];
  snprintf(key, sizeof(key), "%slow", prefix);
  column_append_key(sb, key);
  append_ends(sb, intervals, values, false);
  snprintf(key, sizeof(key), "%shigh", prefix);
  column_append_key(sb, key);
  append_ends(sb, intervals, values, true);
}
