/* Rows of a page's table: a name with a flat and a cum figure of each type. */
#pragma once

#include "base/strbuf.h"
#include "base/vector.h"
#include "model/hash_index.h"
#include "model/spread.h"
#include "page/page_profiles.h"
#include "page/text_numbers.h"

struct row_figure {
  int64_t base[2], value[2];   /* flat and cum; base of a difference only */
  struct interval interval[2]; /* of value, or of value - base */
  int64_t life_nanos, freed;   /* flat: a sum over so many blocks, with other types 0 */
};

struct table_row {
  uint32_t name, file; /* numbers of texts; TEXT_NONE: no file */
  uint32_t line, via;
};

struct table_rows {
  size_t n_types;
  bool is_change;
  VECTOR(struct table_row) rows;
  VECTOR(struct row_figure) figures; /* n_types for each row */
  struct hash_index index;
};
void table_rows_deinit(struct table_rows *rows);

/* The row of this name, file and line; a new one where the table has no such row. UINT32_MAX when
 * memory is exhausted. */
uint32_t table_row_find(struct table_rows *rows, struct table_row row);

/* Appends the columns of the rows. `exact`, by type: without intervals. */
void table_rows_append(struct strbuf *sb, const struct table_rows *rows,
                       const struct page_type *types, const bool *exact);

#define _cleanup_table_rows_ __attribute__((cleanup(table_rows_deinit)))
