/* Tables for people: columns line up, whatever alphabet a name is in, and fit a terminal.
 *
 * Fill cell by cell, row by row, then print. Failure of memory is kept until table_print. */
#pragma once

#include "base/error.h"
#include "base/strbuf.h"

#include <stddef.h>
#include <stdio.h>

struct table_column {
  const char *title;
  bool left; /* aligned to the left; numbers are not */
};

struct table {
  const struct table_column *columns;
  size_t n_columns;
  struct strbuf *cells; /* row after row; owned */
  size_t n_cells, capacity;
  struct strbuf spare; /* takes what there is no memory for; always failed */
};

struct table_style {
  int columns; /* lines are made to fit by shortening the last column; 0: as long as they are */
  bool colour; /* a bold heading */
};

/* The columns must outlive the table. */
void table_init(struct table *table, const struct table_column *columns, size_t n_columns);
void table_deinit(struct table *table);

/* The next cell, to be appended to before the next call. Strings of a profile must come through
 * text_escape. */
struct strbuf *table_cell(struct table *table);

/* table_cell with a formatted text. */
void table_cellf(struct table *table, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

struct error *table_print(const struct table *table, FILE *out, const struct table_style *style);

#define _cleanup_table_ __attribute__((cleanup(table_deinit)))
