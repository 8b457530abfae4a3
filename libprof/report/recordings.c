#include "report/recordings.h"

#include "model/unit.h"
#include "report/json.h"
#include "report/text.h"

#include <time.h>

static const struct table_column columns[] = {
    {"program", .left = true}, {"pid"},
    {"started", .left = true}, {"size"},
    {"state", .left = true},   {"recording", .left = true},
};

static const char *const words[] = {[RECORDING_LEFT] = "left behind",
                                    [RECORDING_HELD] = "memprof run goes on",
                                    [RECORDING_RUNNING] = "running",
                                    [RECORDING_BAD] = "cannot be read"};
static const char *const keys[] = {[RECORDING_LEFT] = "left",
                                   [RECORDING_HELD] = "held",
                                   [RECORDING_RUNNING] = "running",
                                   [RECORDING_BAD] = "bad"};

static void append_time(struct strbuf *sb, uint64_t ns) {
  time_t seconds = (time_t)(ns / 1000000000);
  struct tm tm;
  char text[64];
  if (ns && localtime_r(&seconds, &tm) && strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm))
    strbuf_append(sb, text);
}

static void add_row(struct table *table, const struct recording_row *row) {
  text_escape(table_cell(table), row->program);
  table_cellf(table, "%d", row->pid);
  append_time(table_cell(table), row->started);
  unit_format(table_cell(table), (double)row->size, "bytes", NULL);
  strbuf_append(table_cell(table), words[row->state]);
  text_escape(table_cell(table), row->path);
}

static int add_object(json_t *array, const struct recording_row *row) {
  json_t *object = json_object();
  int failed = json_object_set_new(object, "path", json_text(row->path));
  failed |= json_object_set_new(object, "program", json_text(row->program));
  failed |= json_object_set_new(object, "pid", json_integer(row->pid));
  failed |= json_object_set_new(object, "time_nanos", json_integer((json_int_t)row->started));
  failed |= json_object_set_new(object, "size", json_integer((json_int_t)row->size));
  failed |= json_object_set_new(object, "state", json_string(keys[row->state]));
  return failed | json_array_append_new(array, object);
}

static struct error *print_json(const struct recording_row *rows, size_t n, FILE *out) {
  json_t *document = json_document("recover"), *array = json_array();
  int failed = 0;
  for (size_t i = 0; i < n; i++)
    failed |= add_object(array, &rows[i]);
  failed |= json_object_set_new(document, "recordings", array);
  return json_write(document, failed, out);
}

struct error *report_recordings(const struct recording_row *rows, size_t n, bool json,
                                const struct table_style *style, FILE *out) {
  if (json)
    return print_json(rows, n, out);
  _cleanup_table_ struct table table;
  table_init(&table, columns, sizeof(columns) / sizeof(*columns));
  for (size_t i = 0; i < n; i++)
    add_row(&table, &rows[i]);
  return table_print(&table, out, style);
}
