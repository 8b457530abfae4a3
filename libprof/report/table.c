#include "report/table.h"

#include "base/cleanup.h"
#include "base/vector.h"
#include "report/table_names.h"
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
  for (size_t i = 0; i < table->n_hints; i++)
    strbuf_deinit(&table->hints[i]);
  free(table->hints);
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

struct strbuf *table_hint(struct table *table) {
  size_t n = table->n_cells ? (table->n_cells - 1) / table->n_columns + 1 : 1;
  if (!vector_reserve((void **)&table->hints, &table->hints_capacity, n, sizeof(*table->hints)))
    return &table->spare;
  for (; table->n_hints < n; table->n_hints++) {
    table->hints[table->n_hints] = (struct strbuf)STRBUF_INIT;
    strbuf_append(&table->hints[table->n_hints], "");
  }
  return &table->hints[n - 1];
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

static void print_cell(const struct table *table, FILE *out, size_t column, const char *text,
                       int width) {
  bool left = table->columns[column].left;
  int padding = width - text_width(text);
  fprintf(out, "%*s%s%*s%s", left ? 0 : padding, "", text, left ? padding : 0, "", gap);
}

static struct error *print_name(const struct table_name *name, int used,
                                const struct table_style *style, FILE *out) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  if (style->wrap)
    text_wrap(&sb, name->fitted.data, used, used, style->columns);
  else
    strbuf_appendf(&sb, "%s\n", name->fitted.data);
  strbuf_append(&sb, name->below);
  if (strbuf_failed(&sb))
    return &error_no_memory;
  fputs(sb.data, out);
  return NULL;
}

static void print_heading(const struct table *table, const int *widths, bool colour, FILE *out) {
  fputs(colour ? "\033[1m" : "", out);
  for (size_t i = 0; i + 1 < table->n_columns; i++)
    print_cell(table, out, i, table->columns[i].title, widths[i]);
  size_t last = table->n_columns - 1;
  int padding =
      table->columns[last].left ? 0 : widths[last] - text_width(table->columns[last].title);
  fprintf(out, "%*s%s%s\n", padding, "", table->columns[last].title, colour ? "\033[0m" : "");
}

struct error *table_print(const struct table *table, FILE *out, const struct table_style *style) {
  enum { LEAST_ROOM = 8 };
  _cleanup_free_ int *widths = calloc(table->n_columns, sizeof(*widths));
  if (!widths || !is_complete(table))
    return &error_no_memory;
  int used = 0;
  for (size_t i = 0; i + 1 < table->n_columns; i++)
    used += (widths[i] = column_width(table, i)) + (int)strlen(gap);
  int room = style->columns - used > LEAST_ROOM ? style->columns - used : LEAST_ROOM;
  size_t n = table->n_cells / table->n_columns;
  struct table_name *names = table_names_create(table, style->columns && !style->wrap ? room : 0);
  struct error *err = names ? NULL : &error_no_memory;
  size_t last = table->n_columns - 1;
  widths[last] = column_width(table, last);
  if (!err)
    print_heading(table, widths, style->colour, out);
  for (size_t i = 0; !err && i < n; i++) {
    for (size_t k = 0; k + 1 < table->n_columns; k++)
      print_cell(table, out, k, table->cells[i * table->n_columns + k].data, widths[k]);
    if (!table->columns[last].left)
      fprintf(out, "%*s", widths[last] - text_width(names[i].fitted.data), "");
    err = print_name(&names[i], used, style, out);
  }
  table_names_destroy(names, n);
  return err;
}
