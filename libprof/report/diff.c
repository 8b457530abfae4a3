#include "report/diff.h"

#include "base/cleanup.h"
#include "model/allocator_names.h"
#include "model/stack_fold.h"
#include "model/unit.h"
#include "report/dropped.h"
#include "report/figure.h"
#include "report/fold_text.h"
#include "report/json.h"
#include "report/lifetimes.h"
#include "report/name_text.h"
#include "report/table.h"
#include "report/text.h"

#include <math.h>

static const struct table_column columns[] = {{"base"},   {"new"},  {"delta"},
                                              {"delta%"}, {"sure"}, {"name", .left = true}};

enum { USUAL_COLUMNS = 80 };

struct row {
  const struct diff_value *value;
  const char *const *names; /* leaf first */
  uint32_t n_names;
};

/* The rows in order, those that the report wants; *n of them, the caller's to free. */
static struct row *choose_rows(const struct diff *diff, const struct diff_report *report,
                               size_t *n) {
  size_t most = report->stacks ? diff->n_stacks : diff->n_functions;
  struct row *rows = calloc(most + 1, sizeof(*rows));
  *n = 0;
  for (size_t i = 0; rows && i < most; i++) {
    struct row row;
    if (report->stacks)
      row = (struct row){&diff->stacks[i].value, diff->stacks[i].names, diff->stacks[i].n_names};
    else
      row = (struct row){report->by_cum ? &diff->functions[i].cum : &diff->functions[i].flat,
                         &diff->functions[i].name, 1};
    if (row.value->delta == 0 && !report->unchanged)
      continue;
    if (report->certain_only && !row.value->exceeds)
      continue;
    rows[(*n)++] = row;
  }
  return rows;
}

static int compare_deltas(const void *a, const void *b) {
  double x = fabs((double)((const struct row *)a)->value->delta);
  double y = fabs((double)((const struct row *)b)->value->delta);
  return (x < y) - (x > y);
}

static void append_change(struct strbuf *sb, const struct diff_value *value) {
  if (value->state == DIFF_NEW || value->state == DIFF_GONE)
    strbuf_append(sb, diff_state_name(value->state));
  else if (isfinite(value->percent))
    strbuf_appendf(sb, "%+.1f%%", value->percent);
}

/* Whether the figure is a sum over freed objects. */
static bool is_mean(const struct diff_value *value) {
  return value->base_freed || value->new_freed;
}

/* Means, and how they differ; how sure that is nobody knows. */
static void add_mean_row(struct table *table, const struct diff_value *value, const char *unit) {
  double base = lifetimes_mean_of(value->base, value->base_freed),
         now = lifetimes_mean_of(value->new, value->new_freed);
  bool both = value->base_freed > 0 && value->new_freed > 0;
  lifetimes_append_mean_of(table_cell(table), value->base, value->base_freed, unit);
  lifetimes_append_mean_of(table_cell(table), value->new, value->new_freed, unit);
  struct strbuf *delta = table_cell(table), *percent = table_cell(table);
  if (both) {
    strbuf_append(delta, now >= base ? "+" : "");
    unit_format(delta, now - base, "nanoseconds", unit);
  }
  if (both && base > 0)
    strbuf_appendf(percent, "%+.1f%%", 100 * (now - base) / base);
  strbuf_append(table_cell(table), "-");
}

static void add_row(struct table *table, const struct diff_value *value, const char *from,
                    const char *to) {
  if (is_mean(value)) {
    add_mean_row(table, value, to);
    return;
  }
  figure_append(table_cell(table), value->base, NULL, from, to);
  figure_append(table_cell(table), value->new, NULL, from, to);
  figure_append_delta(table_cell(table), value->delta, value->interval, from, to);
  append_change(table_cell(table), value);
  strbuf_append(table_cell(table), value->exceeds ? "yes" : "no");
}

/* The innermost frame that says something. */
static const char *leaf_name(const struct row *row, const unsigned char *marks) {
  for (uint32_t i = 0; i < row->n_names; i++)
    if (marks[i] == FOLD_NONE && !allocator_name_is_known(row->names[i]))
      return row->names[i];
  return row->n_names ? row->names[0] : "(no stack)";
}

/* The leaf, and below it a line for each frame, leaf first. */
static void append_stack(struct strbuf *sb, const struct row *row, bool all_frames, int width) {
  enum { INDENT = 4, INDENT_MORE = 8 };
  _cleanup_free_ unsigned char *marks = calloc(row->n_names + 1, 1);
  if (!marks) {
    sb->failed = true;
    return;
  }
  if (!all_frames)
    stack_fold_mark(row->names, row->n_names, marks);
  name_append(sb, leaf_name(row, marks));
  strbuf_append_char(sb, '\n');
  for (uint32_t i = 0, run; i < row->n_names; i += run ? run : 1) {
    _cleanup_strbuf_ struct strbuf line = STRBUF_INIT;
    run = fold_append_run(&line, marks, row->n_names, i);
    if (!run)
      name_append(&line, row->names[i]);
    strbuf_appendf(sb, "%*s", INDENT, "");
    text_wrap(sb, strbuf_failed(&line) ? "" : line.data, INDENT, INDENT_MORE, width);
  }
}

static void append_head(struct strbuf *sb, const struct diff *diff,
                        const struct diff_report *report) {
  strbuf_append(sb, "Base: ");
  text_escape(sb, report->base_name);
  strbuf_append(sb, "\nNew:  ");
  text_escape(sb, report->new_name);
  strbuf_append(sb, "\nType: ");
  text_escape(sb, diff->type.type);
  strbuf_append(sb, report->stacks ? " of stacks\n" : report->by_cum ? ", cum\n" : ", flat\n");
  dropped_append_line(sb, report->base, "Base");
  dropped_append_line(sb, report->new, "New");
}

static struct error *print_text(const struct diff *diff, const struct diff_report *report,
                                const struct report_options *options, const struct row *rows,
                                size_t n, FILE *out) {
  _cleanup_table_ struct table table;
  _cleanup_strbuf_ struct strbuf head = STRBUF_INIT;
  int width = options->columns || !report->stacks ? options->columns : USUAL_COLUMNS;
  size_t shown = options->limit && (size_t)options->limit < n ? (size_t)options->limit : n;
  table_init(&table, columns, sizeof(columns) / sizeof(*columns));
  add_row(&table, &diff->total, diff->type.unit, options->unit);
  strbuf_append(table_cell(&table), "(total)");
  for (size_t i = 0; i < shown; i++) {
    add_row(&table, rows[i].value, diff->type.unit, options->unit);
    if (report->stacks)
      append_stack(table_cell(&table), &rows[i], options->all_frames, width);
    else
      name_append(table_cell(&table), rows[i].names[0]);
  }
  append_head(&head, diff, report);
  if (strbuf_failed(&head))
    return &error_no_memory;
  fputs(head.data, out);
  if (shown < n)
    fprintf(out, "Showing %zu of %zu changes (-n 0 shows all)\n", shown, n);
  return table_print(&table, out, &(struct table_style){width, options->colour});
}

static int value_json(json_t *object, const struct diff_value *value) {
  int failed = 0;
  if (is_mean(value)) {
    failed |= lifetimes_mean_json(object, "base_life_nanos", value->base, value->base_freed);
    failed |= lifetimes_mean_json(object, "new_life_nanos", value->new, value->new_freed);
  }
  failed |= json_object_set_new(
      object, "base", figure_json(value->base, value->spreads ? &value->spreads->base : NULL));
  failed |= json_object_set_new(
      object, "new", figure_json(value->new, value->spreads ? &value->spreads->new : NULL));
  failed |= json_object_set_new(object, "delta", interval_json(value->delta, value->interval));
  failed |= json_object_set_new(object, "percent",
                                isfinite(value->percent) ? json_real(value->percent) : json_null());
  failed |= json_object_set_new(object, "exceeds_error_bar", json_boolean(value->exceeds));
  failed |= json_object_set_new(object, "state", json_string(diff_state_name(value->state)));
  return failed;
}

static json_t *names_json(const struct row *row) {
  json_t *array = json_array();
  for (uint32_t i = 0; i < row->n_names; i++)
    if (json_array_append_new(array, json_text(row->names[i])) != 0) {
      json_decref(array);
      return NULL;
    }
  return array;
}

static struct error *print_json(const struct diff *diff, const struct diff_report *report,
                                const struct report_options *options, const struct row *rows,
                                size_t n, FILE *out) {
  json_t *document = json_document("diff"), *array = json_array(), *type = json_object();
  json_t *total = json_object();
  int failed = json_object_set_new(document, "base_file", json_text(report->base_name));
  failed |= json_object_set_new(document, "new_file", json_text(report->new_name));
  failed |= json_object_set_new(document, "base_dropped", dropped_json(report->base));
  failed |= json_object_set_new(document, "new_dropped", dropped_json(report->new));
  failed |= json_object_set_new(type, "type", json_text(diff->type.type));
  failed |= json_object_set_new(type, "unit", json_text(diff->type.unit));
  failed |= json_object_set_new(document, "sample_type", type);
  failed |= value_json(total, &diff->total);
  failed |= json_object_set_new(document, "total", total);
  for (size_t i = 0; i < n && (!options->limit || i < (size_t)options->limit); i++) {
    json_t *object = json_object();
    if (report->stacks)
      failed |= json_object_set_new(object, "stack", names_json(&rows[i]));
    else
      failed |= json_object_set_new(object, "name", json_text(rows[i].names[0]));
    failed |= value_json(object, rows[i].value);
    failed |= json_array_append_new(array, object);
  }
  failed |= json_object_set_new(document, report->stacks ? "stacks" : "functions", array);
  return json_write(document, failed, out);
}

struct error *report_diff(const struct diff *diff, const struct diff_report *report,
                          const struct report_options *options, FILE *out) {
  size_t n;
  _cleanup_free_ struct row *rows = choose_rows(diff, report, &n);
  if (!rows)
    return &error_no_memory;
  if (report->by_cum && !report->stacks)
    qsort(rows, n, sizeof(*rows), compare_deltas);
  return (options->json ? print_json : print_text)(diff, report, options, rows, n, out);
}
