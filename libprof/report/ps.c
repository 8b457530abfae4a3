/* memprof ps: the programs that are being recorded. */
#include "report/ps.h"

#include "model/unit.h"
#include "report/running.h"
#include "report/running_figures.h"
#include "report/text.h"

#include <inttypes.h>

static const struct table_column columns[] = {
    {"pid"},       {"age"},     {"live"},     {"peak"},
    {"allocates"}, {"samples"}, {"overhead"}, {"command", true},
};

static void add_row(struct table *table, const struct heap_stats *s, const char *unit) {
  table_cellf(table, "%d", s->pid);
  running_append_age(table_cell(table), s->age_ns);
  unit_format(table_cell(table), (double)s->live_bytes, "bytes", unit);
  unit_format(table_cell(table), (double)s->peak_bytes, "bytes", unit);
  running_append_byte_rate(table_cell(table), s->rates.bytes, unit);
  table_cellf(table, "%" PRIu64, s->samples);
  running_append_overhead(table_cell(table), s);
  text_escape(table_cell(table), s->command);
}

static struct error *print_json(const struct heap_stats *processes, size_t n, FILE *out) {
  json_t *document = json_document("ps"), *array = json_array();
  int failed = 0;
  for (size_t i = 0; i < n; i++) {
    json_t *object = json_object();
    failed |= running_process_json(&processes[i], object);
    failed |= json_array_append_new(array, object);
  }
  failed |= json_object_set_new(document, "processes", array);
  return json_write(document, failed, out);
}

struct error *report_ps(const struct heap_stats *processes, size_t n,
                        const struct running_options *options, FILE *out) {
  if (options->json)
    return print_json(processes, n, out);
  _cleanup_table_ struct table table;
  table_init(&table, columns, sizeof(columns) / sizeof(*columns));
  for (size_t i = 0; i < n; i++)
    add_row(&table, &processes[i], options->unit);
  return table_print(&table, out, &options->style);
}
