#include "report/life_histogram.h"

#include "base/cleanup.h"
#include "model/frame.h"
#include "model/hash_index.h"
#include "model/lives.h"
#include "model/sample_types.h"
#include "report/figure.h"
#include "report/json.h"
#include "report/name_text.h"
#include "report/table.h"
#include "report/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Classes of text: bounds that people know, of which each is below the next. The last class takes
 * the rest; objects that live on have one of their own. */
enum { CLASSES = 7, LOGS = 64 };
static const struct {
  const char *title; /* of the clock */
  const char *key;   /* of JSON */
  double below[CLASSES - 1];
  const char *heads[CLASSES];
} clocks[] = {
    [LIVES_BY_CALLS] = {"allocations of their thread",
                        "calls",
                        {1, 1e1, 1e2, 1e3, 1e4, 1e5},
                        {"0", "<10", "<100", "<1k", "<10k", "<100k", "more"}},
    [LIVES_BY_BYTES] = {"bytes that their thread allocated",
                        "bytes",
                        {1, 1 << 10, 1 << 15, 1 << 20, 1 << 25, 1 << 30},
                        {"0", "<1K", "<32K", "<1M", "<32M", "<1G", "more"}},
    [LIVES_BY_TIME] = {"time, by a clock that ticks every 4 ms",
                       "nanoseconds",
                       {8e6, 1e8, 1e9, 1e10, 1e11, 1e12},
                       {"<8ms", "<.1s", "<1s", "<10s", "<100s", "<1ks", "more"}},
};

struct lives_row {
  const char *name;
  double objects, live, unknown; /* unknown: the clock's reading is not known */
  double ended[CLASSES];
  double logs[LOGS]; /* [0]: below 1; [k]: from 2^(k-1) */
};

struct lives_report {
  const struct profile *profile;
  enum lives_by by;
  VECTOR(struct lives_row) rows;
  struct hash_index index;
};

static void lives_report_deinit(struct lives_report *report) {
  VECTOR_DEINIT(&report->rows);
  hash_index_deinit(&report->index);
}

static double reading(const struct life *life, enum lives_by by) {
  return by == LIVES_BY_CALLS ? life->calls : by == LIVES_BY_BYTES ? life->bytes : life->lived;
}

static bool has_name(const void *context, uint32_t index, const void *key) {
  const struct lives_report *report = context;
  return report->rows.data[index].name == key;
}

/* The row of the function, made if it is new; NULL without memory. Names of one profile are equal if
 * their pointers are. */
static struct lives_row *row_of(struct lives_report *report, const char *name) {
  uint64_t hash = (uint64_t)(uintptr_t)name * 0x9e3779b97f4a7c15ull;
  hash ^= hash >> 32;
  uint32_t at = hash_index_find(&report->index, hash, has_name, report, name);
  struct lives_row row = {.name = name};
  if (at == HASH_INDEX_NONE) {
    if (!VECTOR_PUSH(&report->rows, row) ||
        !hash_index_add(&report->index, hash, (uint32_t)report->rows.count - 1))
      return NULL;
    at = (uint32_t)report->rows.count - 1;
  }
  return &report->rows.data[at];
}

static void add_life(struct lives_row *row, const struct life *life, enum lives_by by) {
  double value = reading(life, by);
  row->objects += life->objects;
  if (!life_has_ended(life)) {
    row->live += life->objects;
    return;
  }
  if (value < 0) {
    row->unknown += life->objects;
    return;
  }
  unsigned class = 0, log = value < 1 ? 0 : (unsigned)floor(log2(value)) + 1;
  while (class < CLASSES - 1 && value >= clocks[by].below[class])
    class ++;
  row->ended[class] += life->objects;
  row->logs[log < LOGS ? log : LOGS - 1] += life->objects;
}

static int by_objects(const void *a, const void *b) {
  const struct lives_row *x = a, *y = b;
  if (x->objects != y->objects)
    return (x->objects < y->objects) - (x->objects > y->objects);
  return strcmp(x->name, y->name);
}

static const char *leaf_name(const struct profile *profile, const struct profile_sample *sample) {
  if (!sample->n_locations)
    return "";
  const struct profile_location *leaf = &profile->locations[sample->locations[0]];
  const struct profile_function *function = profile_frame_function(profile, leaf, 0);
  return function ? function->name : "";
}

static struct error *collect_lives(struct lives_report *report, const char *file) {
  lives_vector lives;
  struct error *err = lives_read(report->profile, &lives);
  if (!err && !lives.count)
    err = error_create(ERROR_BAD_INPUT,
                       sample_type_index(report->profile, SAMPLE_HISTORY_OBJECTS) < 0
                           ? "%s: no histories of objects in it; record them with: memprof run "
                             "--advise"
                           : "%s: no histories of objects in it: the program allocated nothing, or "
                             "all was left out by filters",
                       file);
  for (size_t i = 0; !err && i < lives.count; i++) {
    struct lives_row *row = row_of(report, leaf_name(report->profile, lives.data[i].birth));
    if (row)
      add_life(row, &lives.data[i], report->by);
    else
      err = &error_no_memory;
  }
  VECTOR_DEINIT(&lives);
  if (!err && report->rows.count)
    qsort(report->rows.data, report->rows.count, sizeof(*report->rows.data), by_objects);
  return err;
}

static size_t rows_shown(const struct lives_report *report, const struct report_options *options) {
  size_t limit = (size_t)options->limit;
  return limit && limit < report->rows.count ? limit : report->rows.count;
}

static void add_part(struct table *table, double part, double all) {
  struct strbuf *cell = table_cell(table);
  if (part > 0 && 100 * part < 0.5 * all)
    strbuf_append(cell, "<1%");
  else if (part > 0)
    strbuf_appendf(cell, "%.0f%%", 100 * part / all);
}

static void add_row(struct table *table, const struct lives_row *row) {
  figure_append(table_cell(table), llround(row->objects), NULL, "count", NULL);
  for (int i = 0; i < CLASSES; i++)
    add_part(table, row->ended[i], row->objects);
  add_part(table, row->live, row->objects);
  name_append(table_cell(table), *row->name ? row->name : "<unknown>");
}

static struct error *print_text(const struct lives_report *report,
                                const struct report_options *options, FILE *out) {
  struct table_column columns[CLASSES + 3] = {{"objects", false}};
  for (int i = 0; i < CLASSES; i++)
    columns[i + 1] = (struct table_column){clocks[report->by].heads[i], false};
  columns[CLASSES + 1] = (struct table_column){"live", false};
  columns[CLASSES + 2] = (struct table_column){"name", true};
  _cleanup_table_ struct table table;
  table_init(&table, columns, CLASSES + 3);
  size_t n = rows_shown(report, options);
  for (size_t i = 0; i < n; i++)
    add_row(&table, &report->rows.data[i]);
  _cleanup_strbuf_ struct strbuf head = STRBUF_INIT;
  strbuf_append(&head, "File: ");
  text_escape(&head, options->profile_name);
  strbuf_appendf(&head, "\nLives: in %s\n", clocks[report->by].title);
  if (n < report->rows.count)
    strbuf_appendf(&head, "Showing %zu of %zu functions (-n 0 shows all)\n", n, report->rows.count);
  if (strbuf_failed(&head))
    return &error_no_memory;
  fputs(head.data, out);
  return table_print(&table, out, &(struct table_style){options->columns, options->colour, false});
}

/* {"from", "objects"} for each power of two that has any. */
static json_t *histogram_json(const struct lives_row *row, int *failed) {
  json_t *histogram = json_array();
  for (int k = 0; k < LOGS; k++) {
    if (row->logs[k] <= 0)
      continue;
    json_t *bar = json_object();
    *failed |= json_object_set_new(bar, "from", json_integer(k ? 1ll << (k - 1) : 0));
    *failed |= json_object_set_new(bar, "objects", json_integer(llround(row->logs[k])));
    *failed |= json_array_append_new(histogram, bar);
  }
  return histogram;
}

static json_t *row_json(const struct lives_row *row, int *failed) {
  json_t *object = json_object();
  *failed |= json_object_set_new(object, "name", json_text(row->name));
  *failed |= json_object_set_new(object, "objects", json_integer(llround(row->objects)));
  *failed |= json_object_set_new(object, "live", json_integer(llround(row->live)));
  *failed |= json_object_set_new(object, "unknown", json_integer(llround(row->unknown)));
  *failed |= json_object_set_new(object, "histogram", histogram_json(row, failed));
  return object;
}

static struct error *print_json(const struct lives_report *report,
                                const struct report_options *options, FILE *out) {
  json_t *document = json_document("lifetimes"), *functions = json_array();
  int failed = json_object_set_new(document, "file", json_text(options->profile_name));
  failed |= json_object_set_new(document, "by", json_string(clocks[report->by].key));
  for (size_t i = 0; i < rows_shown(report, options); i++)
    failed |= json_array_append_new(functions, row_json(&report->rows.data[i], &failed));
  failed |= json_object_set_new(document, "functions", functions);
  return json_write(document, failed, out);
}

struct error *report_life_histogram(const struct profile *profile,
                                    const struct report_options *options, enum lives_by by,
                                    FILE *out) {
  _cleanup_(lives_report_deinit) struct lives_report report = {.profile = profile, .by = by};
  struct error *err = collect_lives(&report, options->profile_name);
  return err ? err : (options->json ? print_json : print_text)(&report, options, out);
}
