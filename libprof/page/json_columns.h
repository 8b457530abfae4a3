/* Columns of numbers as JSON: what a page's document mostly is.
 *
 * They are written as text at once, because a document tree of jansson takes some 50 bytes for each
 * number. */
#pragma once

#include "base/strbuf.h"
#include "model/spread.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A value's place in an array of structs or rows: the value of row i is at data + i * stride. */
struct column {
  const void *data;
  size_t stride;
  size_t n;
};

/* Append "key":[...] with a comma before it unless the text ends in a bracket. */
void column_append_numbers(struct strbuf *sb, const char *key, struct column column); /* uint32_t */
void column_append_values(struct strbuf *sb, const char *key, struct column column);  /* int64_t */

/* double, six digits; finite. */
void column_append_reals(struct strbuf *sb, const char *key, struct column column);

/* "low" and "high" with `prefix`, of struct interval, as page/interval_digits.h has them. `values` are
 * the figures: an interval of one point is the figure itself. */
void column_append_intervals(struct strbuf *sb, const char *prefix, struct column intervals,
                             struct column values, bool is_bytes);

/* Appends "key": with the comma. */
void column_append_key(struct strbuf *sb, const char *key);
