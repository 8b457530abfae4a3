#include "report/table.h"

#include "base/cleanup.h"
#include "base/vector.h"
#include "report/name_text.h"
#include "report/text.h"

#include <string.h>

static const char gap[] = "  ";

void table_init(struct table *table, const struct table_column *columns, size_t n_columns) {
  *table = (struct table){.columns = columns, .n_columns = n_columns, .spare = {.failed = true}};
}

void table_deinit(struct table *table) {
  for (size_t i = 0; i < table->n_cells; i++)
    strbuf_deinit(&table->cells[i]);
  free(table->cells);
}

struct strbuf *table_cell(struct table *table) {
  if (!vector_reserve((void **)&table->cells, &table->capacity, table->n_cells + 1,
                      sizeof(*table->cells)))
    return &table->spare;
  struct strbuf *cell = &table->cells[table->n_cells++];
  *cell = (struct strbuf)STRBUF_INIT;
  strbuf_append(cell, "");
  return cell;
}

void table_cellf(struct table *table, const char *format, ...) {
  va_list ap;
  va_start(ap, format);
  strbuf_vappendf(table_cell(table), format, ap);
  va_end(ap);
}

static bool is_complete(const struct table *table) {
  for (size_t i = 0; i < table->n_cells; i++)
    if (strbuf_failed(&table->cells[i]))
      return false;
  return table->n_cells % table->n_columns == 0;
}

static int column_width(const struct table *table, size_t column) {
  int widest = text_width(table->columns[column].title);
  for (size_t i = column; i < table->n_cells; i += table->n_columns) {
    int width = text_width(table->cells[i].data);
    widest = width > widest ? width : widest;
  }
  return widest;
}

/* The last column is not padded, and shortened to what is left of the line. */
static void print_cell(const struct table *table, FILE *out, size_t column, const char *text,
                       int width, int room) {
  bool last = column + 1 == table->n_columns;
  bool left = table->columns[column].left;
  int padding = width - text_width(text);
  if (!left)
    fprintf(out, "%*s", padding, "");
  if (last && room) {
    _cleanup_strbuf_ struct strbuf fitting = STRBUF_INIT;
    name_fit(&fitting, text, room);
    fputs(strbuf_failed(&fitting) ? text : fitting.data, out);
  } else
    fputs(text, out);
  if (left && !last)
    fprintf(out, "%*s", padding, "");
  fputs(last ? "\n" : gap, out);
}

struct error *table_print(const struct table *table, FILE *out, const struct table_style *style) {
  _cleanup_free_ int *widths = calloc(table->n_columns, sizeof(*widths));
  if (!widths || !is_complete(table))
    return &error_no_memory;
  int room = style->columns;
  for (size_t i = 0; i < table->n_columns; i++) {
    widths[i] = column_width(table, i);
    if (room && i + 1 < table->n_columns)
      room -= widths[i] + (int)strlen(gap);
  }
  if (style->columns && room < 8)
    room = 8;
  fputs(style->colour ? "\033[1m" : "", out);
  for (size_t i = 0; i < table->n_columns; i++) {
    if (style->colour && i + 1 == table->n_columns) {
      fprintf(out, "%s\033[0m\n", table->columns[i].title);
      break;
    }
    print_cell(table, out, i, table->columns[i].title, widths[i], room);
  }
  for (size_t i = 0; i < table->n_cells; i++)
    print_cell(table, out, i % table->n_columns, table->cells[i].data, widths[i % table->n_columns],
               room);
  return NULL;
}
