/* memprof stats: what Go's MemStats tells of a Go program, of any. */
#include "report/stats.h"

#include "model/unit.h"
#include "report/figure.h"
#include "report/running.h"
#include "report/running_figures.h"
#include "report/stats_json.h"
#include "report/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_THREADS = 10 };

static void append_calls(struct strbuf *sb, const char *title, uint64_t n, double rate,
                         const struct heap_stats *s) {
  strbuf_appendf(sb, "%-10s %" PRIu64 " calls", title, n);
  if (s->rates.interval_ns) {
    strbuf_append(sb, " (");
    running_append_count_rate(sb, rate, "");
    strbuf_append(sb, " now)");
  }
}

static void append_sampling(struct strbuf *sb, const struct heap_stats *s, const char *unit) {
  if (s->exact)
    strbuf_append(sb, s->dropped ? "recorded in part" : "recorded exactly");
  else {
    strbuf_append(sb, "sampled every ");
    unit_format(sb, (double)s->rate, "bytes", unit);
    strbuf_appendf(sb, " on average, about %" PRIu64 " samples", s->samples);
  }
  if (s->overhead_known) {
    strbuf_append(sb, ", overhead ");
    running_append_overhead(sb, s);
    strbuf_append(sb, " of its CPU time");
  }
}

/* Requested against usable. */
static void append_usable(struct strbuf *sb, const struct heap_stats *s, const char *unit) {
  if (!s->resident.known)
    return;
  strbuf_append(sb, ", in blocks of ");
  unit_format(sb, (double)(s->resident.live + s->resident.rounding), "bytes", unit);
  strbuf_append(sb, " (");
  figure_append_percent(sb, (int64_t)s->resident.rounding,
                        (int64_t)(s->resident.live + s->resident.rounding));
  strbuf_append(sb, " rounding)");
}

static void append_ages(struct strbuf *sb, const struct heap_stats *s) {
  if (!s->ages.known)
    return;
  strbuf_appendf(sb, "%-10s ", "Age");
  running_append_age(sb, s->ages.mean_ns);
  strbuf_append(sb, " on average by bytes, oldest ");
  running_append_age(sb, s->ages.oldest_ns);
  strbuf_append_char(sb, '\n');
}

static void append_head(struct strbuf *sb, const struct heap_stats *s, const char *unit) {
  strbuf_appendf(sb, "Process %d: ", s->pid);
  text_escape(sb, s->command);
  strbuf_append(sb, "\nRecorded for ");
  running_append_age(sb, s->age_ns);
  strbuf_append(sb, "; ");
  append_sampling(sb, s, unit);
  strbuf_append(sb, "\n\n");
  append_calls(sb, "Allocated", s->allocs, s->rates.allocs, s);
  strbuf_append(sb, ", ");
  unit_format(sb, (double)s->bytes, "bytes", unit);
  if (s->rates.interval_ns) {
    strbuf_append(sb, " (");
    running_append_byte_rate(sb, s->rates.bytes, unit);
    strbuf_append(sb, " now)");
  }
  strbuf_append_char(sb, '\n');
  append_calls(sb, "Freed", s->frees, s->rates.frees, s);
  if (s->rates.interval_ns) {
    strbuf_append(sb, ", ");
    running_append_byte_rate(sb, s->rates.freed_bytes, unit);
    strbuf_append(sb, " now");
  }
  strbuf_appendf(sb, "\n%-10s %" PRIu64 " blocks, ", "Live", s->live_objects);
  figure_append(sb, (int64_t)s->live_bytes, &s->live_spread, "bytes", unit);
  append_usable(sb, s, unit);
  strbuf_appendf(sb, "\n%-10s ", "Peak");
  figure_append(sb, (int64_t)s->peak_bytes, &s->peak_spread, "bytes", unit);
  strbuf_append_char(sb, '\n');
  append_ages(sb, s);
  if (s->dropped)
    strbuf_appendf(sb, "%-10s %" PRIu64 " events were not recorded\n", "Dropped", s->dropped);
}

static void add_class_cells(struct table *table, const struct heap_class *c, const char *unit) {
  table_cellf(table, "%" PRIu64, c->allocs);
  unit_format(table_cell(table), (double)c->alloc_bytes, "bytes", unit);
  table_cellf(table, "%" PRIu64, c->live);
  unit_format(table_cell(table), (double)c->live_bytes, "bytes", unit);
}

/* Classes are joined by powers of two: a table of four times as many rows is read by no one. */
static void append_range(struct strbuf *sb, uint64_t least) {
  unit_format(sb, (double)least, "bytes", NULL);
  if (least < 8)
    return;
  strbuf_append(sb, " to < ");
  unit_format(sb, 2 * (double)least, "bytes", NULL);
}

static uint64_t row_of(const struct heap_class *c) {
  return c->least < 8 ? c->least : 1ull << (63 - __builtin_clzll(c->least));
}

static void add_class_rows(struct table *table, const struct heap_stats *s, const char *unit) {
  struct heap_class row = {0};
  for (size_t i = 0; i < s->n_classes; i++) {
    heap_class_add(&row, &s->classes[i]);
    if (i + 1 < s->n_classes && row_of(&s->classes[i + 1]) == row_of(&s->classes[i]))
      continue;
    append_range(table_cell(table), row_of(&s->classes[i]));
    add_class_cells(table, &row, unit);
    row = (struct heap_class){0};
  }
}

static struct error *print_classes(const struct heap_stats *s,
                                   const struct running_options *options, FILE *out) {
  static const struct table_column columns[] = {
      {"block size"}, {"mallocs"}, {"allocated"}, {"live"}, {"live bytes"}};
  static const char *const titles[N_HEAP_GROUPS] = {"tiny < 16 B", "small < 32 KiB", "large"};
  struct heap_class groups[N_HEAP_GROUPS];
  heap_groups(s, groups);
  _cleanup_table_ struct table table;
  table_init(&table, columns, 5);
  for (int i = 0; i < N_HEAP_GROUPS; i++) {
    table_cellf(&table, "%s", titles[i]);
    add_class_cells(&table, &groups[i], options->unit);
  }
  add_class_rows(&table, s, options->unit);
  fputc('\n', out);
  return table_print(&table, out, &options->style);
}

static void add_age_row(struct table *table, const char *title, const struct heap_age *age,
                        const char *unit) {
  table_cellf(table, "%s", title);
  table_cellf(table, "%" PRIu64, age->live);
  unit_format(table_cell(table), (double)age->live_bytes, "bytes", unit);
}

/* As far as there are any. */
static struct error *print_ages(const struct heap_stats *s, const struct running_options *options,
                                FILE *out) {
  static const struct table_column columns[] = {{"age of live"}, {"blocks"}, {"bytes"}};
  int last = HEAP_AGES - 1;
  while (last > 0 && !s->ages.classes[last].live)
    last--;
  if (!s->ages.known)
    return NULL;
  _cleanup_table_ struct table table;
  table_init(&table, columns, 3);
  for (int i = 0; i <= last; i++)
    add_age_row(&table, heap_age_titles[i], &s->ages.classes[i], options->unit);
  if (s->ages.inherited.live)
    add_age_row(&table, "from its parent", &s->ages.inherited, options->unit);
  fputc('\n', out);
  return table_print(&table, out, &options->style);
}

static int compare_threads(const void *a, const void *b) {
  const struct heap_thread *x = a, *y = b;
  return x->bytes != y->bytes ? (x->bytes < y->bytes) - (x->bytes > y->bytes)
                              : (x->tid > y->tid) - (x->tid < y->tid);
}

static void add_thread_row(struct table *table, const struct heap_thread *t, const char *unit) {
  table_cellf(table, "%" PRIu32, t->tid);
  table_cellf(table, "%" PRIu64, t->allocs);
  table_cellf(table, "%" PRIu64, t->frees);
  unit_format(table_cell(table), (double)t->bytes, "bytes", unit);
  text_escape(table_cell(table), t->name);
}

/* Threads that have ended or are not among the first: what is left of the sums. */
static void add_rest_row(struct table *table, const struct heap_stats *s,
                         const struct heap_thread *shown, size_t n, const char *unit) {
  uint64_t allocs = s->allocs, frees = s->frees, bytes = s->bytes;
  for (size_t i = 0; i < n; i++) {
    allocs -= shown[i].allocs < allocs ? shown[i].allocs : allocs;
    frees -= shown[i].frees < frees ? shown[i].frees : frees;
    bytes -= shown[i].bytes < bytes ? shown[i].bytes : bytes;
  }
  if (s->n_threads <= n)
    return;
  table_cellf(table, "-");
  table_cellf(table, "%" PRIu64, allocs);
  table_cellf(table, "%" PRIu64, frees);
  unit_format(table_cell(table), (double)bytes, "bytes", unit);
  table_cellf(table, "(%" PRIu64 " more, %" PRIu64 " of them have ended)", s->n_threads - n,
              s->n_threads - s->n_heap_threads);
}

static struct error *print_threads(const struct heap_stats *s,
                                   const struct running_options *options, FILE *out) {
  static const struct table_column columns[] = {
      {"thread"}, {"mallocs"}, {"frees"}, {"allocated"}, {"name", true}};
  size_t n = s->n_heap_threads < MOST_THREADS ? s->n_heap_threads : MOST_THREADS;
  struct heap_thread *sorted = malloc((s->n_heap_threads + 1) * sizeof(*sorted));
  if (!sorted)
    return &error_no_memory;
  memcpy(sorted, s->threads, s->n_heap_threads * sizeof(*sorted));
  qsort(sorted, s->n_heap_threads, sizeof(*sorted), compare_threads);
  _cleanup_table_ struct table table;
  table_init(&table, columns, 5);
  for (size_t i = 0; i < n; i++)
    add_thread_row(&table, &sorted[i], options->unit);
  add_rest_row(&table, s, sorted, n, options->unit);
  free(sorted);
  fputc('\n', out);
  return table_print(&table, out, &options->style);
}

/* The rows add up without a negative one: blocks that were never written to are not resident. */
static void show_resident(const struct heap_stats *s,
                          struct resident_part parts[N_RESIDENT_PARTS]) {
  uint64_t untouched = s->resident.untouched;
  for (int i = 0; i < 2 && untouched; i++) { /* live, rounding */
    uint64_t part = untouched < parts[i].bytes ? untouched : parts[i].bytes;
    parts[i].bytes -= part;
    parts[i].measured = false;
    untouched -= part;
  }
  if (s->resident.untouched)
    parts[0].title = "live blocks, as far as they were written to";
}

static struct error *print_resident(const struct heap_stats *s,
                                    const struct running_options *options, FILE *out) {
  static const struct table_column columns[] = {
      {"bytes"}, {"of all"}, {"how known", true}, {"resident memory", true}};
  if (!s->resident.known) {
    fprintf(out, "\nResident memory: the kernel does not let us look at this process's\n");
    return NULL;
  }
  struct resident_part parts[N_RESIDENT_PARTS];
  running_resident_parts(s, parts);
  show_resident(s, parts);
  _cleanup_table_ struct table table;
  table_init(&table, columns, 4);
  for (int i = 0; i < N_RESIDENT_PARTS; i++) {
    if (parts[i].negative)
      continue;
    unit_format(table_cell(&table), (double)parts[i].bytes, "bytes", options->unit);
    figure_append_percent(table_cell(&table), (int64_t)parts[i].bytes, (int64_t)s->resident.total);
    table_cellf(&table, "%s", parts[i].measured ? "measured" : "estimated");
    table_cellf(&table, "%s", parts[i].title);
  }
  fputc('\n', out);
  return table_print(&table, out, &options->style);
}

static struct error *print_text(const struct heap_stats *s, const struct running_options *options,
                                FILE *out) {
  _cleanup_strbuf_ struct strbuf head = STRBUF_INIT;
  append_head(&head, s, options->unit);
  if (strbuf_failed(&head))
    return &error_no_memory;
  fputs(head.data, out);
  struct error *err = print_classes(s, options, out);
  if (!err)
    err = print_ages(s, options, out);
  if (!err)
    err = print_threads(s, options, out);
  return err ? err : print_resident(s, options, out);
}

struct error *report_stats(const struct heap_stats *s, const struct running_options *options,
                           FILE *out) {
  if (!options->json)
    return print_text(s, options, out);
  int failed;
  json_t *document = running_stats_json(s, &failed);
  return json_write(document, failed, out);
}

/* One document a line, for programs that read a stream. */
static struct error *write_json_line(const struct heap_stats *s, FILE *out) {
  int failed;
  json_t *document = running_stats_json(s, &failed);
  return json_write_line(document, failed, out);
}

enum { CELLS = 7 };
static const struct {
  const char *title;
  int width;
} line_columns[CELLS] = {{"age", 12},   {"live", 12},      {"blocks", 12}, {"mallocs", 12},
                         {"frees", 12}, {"allocates", 14}, {"overhead", 8}};

static void fill_line(struct strbuf cells[CELLS], const struct heap_stats *s, const char *unit) {
  running_append_age(&cells[0], s->age_ns);
  unit_format(&cells[1], (double)s->live_bytes, "bytes", unit);
  strbuf_appendf(&cells[2], "%" PRIu64, s->live_objects);
  running_append_count_rate(&cells[3], s->rates.allocs, "");
  running_append_count_rate(&cells[4], s->rates.frees, "");
  running_append_byte_rate(&cells[5], s->rates.bytes, unit);
  running_append_overhead(&cells[6], s);
}

struct error *report_stats_line(const struct heap_stats *s, bool first,
                                const struct running_options *options, FILE *out) {
  if (options->json)
    return write_json_line(s, out);
  struct strbuf cells[CELLS] = {0};
  bool failed = false;
  fill_line(cells, s, options->unit);
  for (int i = 0; i < CELLS && first; i++)
    fprintf(out, "%*s%s", line_columns[i].width, line_columns[i].title,
            i + 1 < CELLS ? "  " : "\n");
  for (int i = 0; i < CELLS; i++)
    failed |= strbuf_failed(&cells[i]);
  for (int i = 0; i < CELLS; i++) {
    if (!failed)
      fprintf(out, "%*s%s", line_columns[i].width, cells[i].data, i + 1 < CELLS ? "  " : "\n");
    strbuf_deinit(&cells[i]);
  }
  return failed ? &error_no_memory : NULL;
}
