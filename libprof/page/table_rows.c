#include "page/table_rows.h"

#include "page/json_columns.h"

#include <xxhash.h>

void table_rows_deinit(struct table_rows *rows) {
  VECTOR_DEINIT(&rows->rows);
  VECTOR_DEINIT(&rows->figures);
  hash_index_deinit(&rows->index);
}

static bool same_row(const void *context, uint32_t index, const void *key) {
  const struct table_row *a = &((const struct table_rows *)context)->rows.data[index], *b = key;
  return a->name == b->name && a->file == b->file && a->line == b->line;
}

uint32_t table_row_find(struct table_rows *rows, struct table_row row) {
  uint32_t key[3] = {row.name, row.file, row.line};
  uint64_t hash = XXH3_64bits(key, sizeof(key));
  uint32_t found = hash_index_find(&rows->index, hash, same_row, rows, &row);
  if (found != HASH_INDEX_NONE)
    return found;
  found = (uint32_t)rows->rows.count;
  bool enough = VECTOR_PUSH(&rows->rows, row) && hash_index_add(&rows->index, hash, found);
  for (size_t i = 0; i < rows->n_types && enough; i++)
    enough = VECTOR_PUSH(&rows->figures, (struct row_figure){0});
  return enough ? found : UINT32_MAX;
}

static struct column of_figures(const struct table_rows *rows, const void *first) {
  return (struct column){first, rows->n_types * sizeof(struct row_figure), rows->rows.count};
}

static void append_figures(struct strbuf *sb, const struct table_rows *rows, size_t type,
                           bool is_bytes, bool exact) {
  static const char *const kinds[] = {"flat", "cum"}, *const bases[] = {"base_flat", "base_cum"},
                           *const prefixes[] = {"flat_", "cum_"};
  const struct row_figure *first = rows->figures.data ? &rows->figures.data[type] : NULL;
  bool any = first != NULL;
  strbuf_append(sb, sb->data[sb->length - 1] == '[' ? "{" : ",{");
  for (int i = 0; i < 2; i++) {
    struct column values = of_figures(rows, any ? &first->value[i] : NULL);
    column_append_values(sb, kinds[i], values);
    if (rows->is_change)
      column_append_values(sb, bases[i], of_figures(rows, any ? &first->base[i] : NULL));
    if (!exact)
      column_append_intervals(sb, prefixes[i], of_figures(rows, any ? &first->interval[i] : NULL),
                              values, is_bytes);
  }
  strbuf_append_char(sb, '}');
}

static bool any_freed(const struct table_rows *rows) {
  for (size_t i = 0; i < rows->figures.count; i += rows->n_types)
    if (rows->figures.data[i].freed)
      return true;
  return false;
}

void table_rows_append(struct strbuf *sb, const struct table_rows *rows,
                       const struct page_type *types, const bool *exact) {
  const struct table_row *row = rows->rows.data;
  size_t n = rows->rows.count, stride = sizeof(*row);
  column_append_numbers(sb, "name", (struct column){row ? &row->name : NULL, stride, n});
  column_append_numbers(sb, "file", (struct column){row ? &row->file : NULL, stride, n});
  column_append_numbers(sb, "line", (struct column){row ? &row->line : NULL, stride, n});
  column_append_numbers(sb, "via", (struct column){row ? &row->via : NULL, stride, n});
  if (any_freed(rows)) {
    column_append_values(sb, "life_nanos", of_figures(rows, &rows->figures.data->life_nanos));
    column_append_values(sb, "freed", of_figures(rows, &rows->figures.data->freed));
  }
  column_append_key(sb, "figures");
  strbuf_append_char(sb, '[');
  for (size_t i = 0; i < rows->n_types; i++)
    append_figures(sb, rows, i, page_type_is_bytes(&types[i]), exact[i]);
  strbuf_append_char(sb, ']');
}
