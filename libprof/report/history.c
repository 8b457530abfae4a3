#include "report/history.h"

#include "base/path.h"
#include "model/sample_types.h"
#include "model/unit.h"
#include "report/figure.h"
#include "report/head.h"
#include "report/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct table_column columns[] = {
    {"time", true}, {"live"},      {"change"},        {"peak"},
    {"allocated"},  {"meanwhile"}, {"program", true}, {"file", true},
};

static struct history_figure figure_of(const struct profile *profile, enum sample_type type) {
  struct history_figure figure = {0};
  int index = sample_type_named(profile, sample_types[type].name);
  figure.known = index >= 0;
  if (figure.known)
    figure.value = head_total(profile, index, &figure.spread);
  return figure;
}

static const char *comment_of(const struct profile *profile, const char *key) {
  for (size_t i = 0; i < profile->n_comments; i++)
    if (!strncmp(profile->comments[i], key, strlen(key)))
      return profile->comments[i] + strlen(key);
  return "";
}

/* "redis-server" of the command line "/usr/bin/redis-server --port 1". */
static char *program_of(const struct profile *profile) {
  const char *command = comment_of(profile, "command: ");
  char *first = strndup(command, strcspn(command, " "));
  if (first)
    memmove(first, path_base_name(first), strlen(path_base_name(first)) + 1);
  return first;
}

struct error *history_entry_init(struct history_entry *entry, const struct profile *profile,
                                 const char *file) {
  *entry = (struct history_entry){
      .file = strdup(file),
      .program = program_of(profile),
      .pid = strtoll(comment_of(profile, "process: pid="), NULL, 10),
      .start_nanos = profile->time_nanos,
      .live = figure_of(profile, SAMPLE_INUSE_SPACE),
      .peak = figure_of(profile, SAMPLE_PEAK_SPACE),
      .allocated = figure_of(profile, SAMPLE_ALLOC_SPACE),
  };
  /* A hostile file may make this wrap. */
  entry->nanos = (int64_t)((uint64_t)profile->time_nanos + (uint64_t)profile->duration_nanos);
  if (entry->file && entry->program)
    return NULL;
  history_entry_deinit(entry);
  return &error_no_memory;
}

void history_entry_deinit(struct history_entry *entry) {
  free(entry->file);
  free(entry->program);
}

static int compare_entries(const void *a, const void *b) {
  const struct history_entry *x = a, *y = b;
  if (x->nanos != y->nanos)
    return x->nanos < y->nanos ? -1 : 1;
  return strverscmp(x->file, y->file);
}

static bool is_same_process(const struct history_entry *a, const struct history_entry *b) {
  return a->pid == b->pid && a->start_nanos == b->start_nanos && !strcmp(a->program, b->program);
}

void history_sort(struct history_entry *entries, size_t n) {
  if (n)
    qsort(entries, n, sizeof(*entries), compare_entries);
  for (size_t i = 0; i < n; i++) {
    entries[i].before = NULL;
    for (size_t k = i; k-- > 0 && !entries[i].before;)
      if (is_same_process(&entries[i], &entries[k]))
        entries[i].before = &entries[k];
  }
}

static void append_time(struct strbuf *sb, int64_t nanos) {
  time_t seconds = (time_t)(nanos / 1000000000);
  struct tm tm;
  char text[64];
  if (nanos > 0 && localtime_r(&seconds, &tm) && strftime(text, sizeof(text), "%F %T", &tm))
    strbuf_append(sb, text);
}

static void append_known(struct strbuf *sb, const struct history_figure *figure, const char *unit) {
  if (figure->known)
    figure_append(sb, figure->value, &figure->spread, "bytes", unit);
}

/* Without an interval: the estimates of one process share samples, so that the intervals of two do
 * not give that of their difference. */
static void append_change(struct strbuf *sb, const struct history_figure *now,
                          const struct history_figure *before, const char *unit) {
  if (!before || !now->known || !before->known)
    return;
  double change = (double)now->value - (double)before->value;
  strbuf_append(sb, change > 0 ? "+" : "");
  unit_format(sb, change, "bytes", unit);
}

static void add_row(struct table *table, const struct history_entry *entry, const char *unit) {
  const struct history_entry *before = entry->before;
  append_time(table_cell(table), entry->nanos);
  append_known(table_cell(table), &entry->live, unit);
  append_change(table_cell(table), &entry->live, before ? &before->live : NULL, unit);
  append_known(table_cell(table), &entry->peak, unit);
  append_known(table_cell(table), &entry->allocated, unit);
  append_change(table_cell(table), &entry->allocated, before ? &before->allocated : NULL, unit);
  struct strbuf *program = table_cell(table);
  text_escape(program, entry->program);
  if (entry->pid)
    strbuf_appendf(program, " %" PRId64, entry->pid);
  text_escape(table_cell(table), entry->file);
}

static json_t *known_json(const struct history_figure *figure) {
  return figure->known ? figure_json(figure->value, &figure->spread) : json_null();
}

static json_t *change_json(const struct history_figure *now, const struct history_figure *before) {
  if (!before || !now->known || !before->known)
    return json_null();
  return json_integer((json_int_t)((uint64_t)now->value - (uint64_t)before->value));
}

static json_t *entry_json(const struct history_entry *entry) {
  const struct history_entry *before = entry->before;
  return json_pack("{s:o, s:I, s:I, s:o, s:I, s:o, s:o, s:o, s:o, s:o}", "file",
                   json_text(entry->file), "time_nanos", (json_int_t)entry->nanos, "start_nanos",
                   (json_int_t)entry->start_nanos, "program", json_text(entry->program), "pid",
                   (json_int_t)entry->pid, "live_bytes", known_json(&entry->live), "live_change",
                   change_json(&entry->live, before ? &before->live : NULL), "peak_bytes",
                   known_json(&entry->peak), "allocated_bytes", known_json(&entry->allocated),
                   "allocated_change",
                   change_json(&entry->allocated, before ? &before->allocated : NULL));
}

static struct error *print_json(const char *folder, const struct history_entry *const *entries,
                                size_t n, FILE *out) {
  json_t *document = json_document("history"), *array = json_array();
  int failed = json_object_set_new(document, "folder", json_text(folder));
  for (size_t i = 0; i < n; i++)
    failed |= json_array_append_new(array, entry_json(entries[i]));
  failed |= json_object_set_new(document, "profiles", array);
  return json_write(document, failed, out);
}

/* "Times are local, +0100" */
static void print_zone(FILE *out) {
  time_t now = time(NULL);
  struct tm tm;
  char zone[32];
  if (localtime_r(&now, &tm) && strftime(zone, sizeof(zone), "%z", &tm))
    fprintf(out, "Times are local, %s\n", zone);
}

struct error *report_history(const char *folder, const struct history_entry *const *entries,
                             size_t n, const struct running_options *options, FILE *out) {
  if (options->json)
    return print_json(folder, entries, n, out);
  _cleanup_table_ struct table table;
  table_init(&table, columns, sizeof(columns) / sizeof(*columns));
  for (size_t i = 0; i < n; i++)
    add_row(&table, entries[i], options->unit);
  print_zone(out);
  return table_print(&table, out, &options->style);
}
