/* Tables for people: columns line up, whatever alphabet a name is in, and fit a terminal.
 *
 * Fill cell by cell, row by row, then print. Failure of memory is kept until table_print. Names that
 * look alike once they are shortened are made to differ, by their rows' hints where need be. */
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
  struct strbuf *hints; /* by row; owned */
  size_t n_hints, hints_capacity;
  struct strbuf spare; /* takes what there is no memory for; always failed */
};

struct table_style {
  int columns; /* lines are made to fit by shortening the last column; 0: as long as they are */
  bool colour; /* a bold heading */
  bool wrap;   /* the last column goes on in the next line, and is not shortened */
};

/* The columns must outlive the table. */
void table_init(struct table *table, const struct table_column *columns, size_t n_columns);
void table_deinit(struct table *table);

/* The next cell, to be appended to before the next call. Strings of a profile must come through
 * text_escape. The lines behind a newline in a row's last cell are printed below the row as they
 * are. */
struct strbuf *table_cell(struct table *table);

/* The hint of the row that was begun last: what tells its name from equal ones ("main.c:12"). The
 * line behind a newline is taken in its place where the first line does not do. */
struct strbuf *table_hint(struct table *table);

/* table_cell with a formatted text. */
void table_cellf(struct table *table, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

struct error *table_print(const struct table *table, FILE *out, const struct table_style *style);

#define _cleanup_table_ __attribute__((cleanup(table_deinit)))
