#include "report/leaks_json.h"

#include "base/cleanup.h"
#include "model/responsible.h"
#include "report/json.h"
#include "report/leak_contents.h"
#include "report/leak_entries.h"
#include "report/leak_points.h"
#include "report/leaks.h"
#include "report/stack_text.h"
#include "report/wrong_frees.h"

#include <string.h>

static int set_figure(json_t *object, struct leak_figure figure) {
  return json_object_set_new(object, "bytes", json_integer(figure.bytes)) |
         json_object_set_new(object, "objects", json_integer(figure.objects));
}

static int set_number(json_t *object, const char *name, const struct leak_entry *entry,
                      const char *label) {
  int64_t value;
  return leak_label(entry->sample, label, &value)
             ? json_object_set_new(object, name, json_integer(value))
             : 0;
}

static int set_text(json_t *object, const char *name, const char *text) {
  return text ? json_object_set_new(object, name, json_text(text)) : 0;
}

static int set_contents(json_t *object, const struct leak_entry *entry) {
  struct leak_contents contents;
  if (!leak_contents(entry, &contents))
    return 0;
  json_t *largest = json_object();
  return json_object_set_new(largest, "address", json_address(contents.address)) |
         json_object_set_new(largest, "hex", json_text(contents.hex)) |
         json_object_set_new(object, "contents", largest);
}

/* The sum of what a definite loss lost with it, and of both. */
static int set_record(json_t *object, const struct leak_entry *entry) {
  json_t *indirect = json_object(), *total = json_object();
  struct leak_figure sum = {entry->lost.bytes + entry->indirect.bytes,
                            entry->lost.objects + entry->indirect.objects};
  return set_figure(indirect, entry->indirect) | set_figure(total, sum) |
         json_object_set_new(object, "indirect", indirect) |
         json_object_set_new(object, "total", total);
}

static int add_entry(json_t *leaks, const struct leak_sites *sites,
                     const struct responsible *responsible, const struct leak_entry *entry) {
  json_t *object = json_object();
  int failed = json_object_set_new(object, "kind", json_string(leak_kind_names[entry->kind]));
  failed |= set_figure(object, entry->lost);
  if (entry->kind == LEAK_DEFINITE)
    failed |= set_record(object, entry);
  failed |= set_number(object, "site", entry, LEAK_LABEL_SITE);
  failed |= set_number(object, "lost_by", entry, LEAK_LABEL_LOST_BY);
  failed |= set_number(object, "oldest_ns", entry, LEAK_LABEL_OLDEST);
  failed |= set_number(object, "newest_ns", entry, LEAK_LABEL_NEWEST);
  failed |= set_number(object, "thread", entry, LEAK_LABEL_THREAD);
  failed |= set_text(object, "thread_name", leak_text_label(entry->sample, PROFILE_LABEL_THREAD));
  failed |= set_text(object, "why", leak_text(entry->sample, LEAK_LABEL_WHY, entry->kind));
  if (entry->kind == LEAK_DEFINITE && leak_text(entry->sample, LEAK_LABEL_WHY, entry->kind))
    failed |= json_object_set_new(object, "points_to", leak_points_json(sites, entry));
  failed |= set_contents(object, entry);
  failed |= json_object_set_new(object, "responsible",
                                json_integer(responsible_skipped(responsible, entry->sample)));
  failed |= json_object_set_new(object, "stack", stack_json(sites->profile, entry->sample));
  return failed | json_array_append_new(leaks, object);
}

static int set_leaks(json_t *object, const struct leak_report *report,
                     const struct leak_process *process) {
  _cleanup_free_ struct leak_entry *entries = NULL;
  json_t *leaks = json_array(), *summary = json_object();
  size_t n;
  _cleanup_leak_sites_ struct leak_sites sites = {0};
  _cleanup_responsible_ struct responsible *responsible = NULL;
  struct error *err = leak_entries(report, process, &entries, &n);
  if (!err)
    err = leak_sites_init(&sites, process->profile);
  if (!err)
    err = responsible_create(process->profile, &responsible);
  int failed = err != NULL;
  for (size_t i = 0; !err && i < n && (!report->limit || i < (size_t)report->limit); i++)
    failed |= add_entry(leaks, &sites, responsible, &entries[i]);
  for (int kind = 0; kind < N_LEAK_KINDS; kind++) {
    json_t *figure = json_object();
    failed |= set_figure(figure, process->total[kind]);
    failed |= json_object_set_new(summary, leak_kind_names[kind], figure);
  }
  error_destroy(err);
  failed |= json_object_set_new(object, "summary", summary);
  return failed | json_object_set_new(object, "leaks", leaks);
}

static json_t *process_json(const struct leak_report *report, const struct leak_process *process) {
  json_t *object = json_object();
  int failed = json_object_set_new(object, "pid", json_integer(process->pid));
  failed |=
      json_object_set_new(object, "command", json_text(process->command ? process->command : ""));
  failed |= json_object_set_new(object, "checked", json_boolean(process->profile != NULL));
  if (process->paused_ns)
    failed |= json_object_set_new(object, "paused_nanos", json_integer(process->paused_ns));
  failed |= json_object_set_new(object, "wrong_frees", wrong_frees_json(process->wrong_frees));
  if (!process->profile)
    failed |=
        json_object_set_new(object, "reason", json_text(process->reason ? process->reason : ""));
  else {
    failed |= json_object_set_new(object, "missed_threads", json_integer(process->missed_threads));
    failed |= json_object_set_new(object, "unreadable_pages",
                                  json_integer((json_int_t)process->unreadable));
    failed |= json_object_set_new(object, "unrecorded", json_integer((json_int_t)process->dropped));
    failed |= json_object_set_new(object, "complete", json_boolean(!process->incomplete));
    failed |= set_leaks(object, report, process);
  }
  if (!failed)
    return object;
  json_decref(object);
  return NULL;
}

static json_t *suppressions_json(const struct leak_report *report) {
  json_t *array = json_array();
  int failed = 0;
  for (size_t i = 0; i < report->n_suppressed; i++) {
    json_t *object = json_object();
    failed |= json_object_set_new(object, "name", json_text(report->suppressed[i].name));
    failed |= json_object_set_new(object, "file", json_text(report->suppressed[i].file));
    failed |= set_figure(object, report->suppressed[i].figure);
    failed |= json_array_append_new(array, object);
  }
  if (!failed)
    return array;
  json_decref(array);
  return NULL;
}

struct error *report_leaks_json(const struct leak_report *report, FILE *out) {
  json_t *document = json_document("leaks"), *processes = json_array(), *total = json_object();
  int failed = set_figure(total, leak_total(report));
  for (size_t i = 0; i < report->n_processes; i++)
    failed |= json_array_append_new(processes, process_json(report, &report->processes[i]));
  failed |= json_object_set_new(document, "leaked", total);
  failed |= json_object_set_new(document, "processes", processes);
  failed |= json_object_set_new(document, "suppressions", suppressions_json(report));
  return (report->one_line ? json_write_line : json_write)(document, failed, out);
}
