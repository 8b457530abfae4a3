#include "cli/watch/timeline.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/strbuf.h"
#include "proc/process.h"
#include "recording/heap_stats.h"
#include "report/timeline.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { TICK_MS = 250 };

static const char *path;
static struct timeline *timeline;
static uint64_t began; /* ns of CLOCK_MONOTONIC: the file's time 0 */

/* The data that is kept for a process: what the file last said of it. */
struct seen {
  struct heap_stats last;
  struct heap_thread *threads; /* owned */
  size_t n_threads;
  char **modules; /* paths; owned */
  size_t n_modules;
  uint64_t rss;
  bool idle;
};

static struct error *timeline_parse(const struct option_spec *spec, const char *argument) {
  if (!*argument)
    return error_create(ERROR_BAD_INPUT, "--%s=: the file's name is missing", spec->name);
  path = argument;
  return NULL;
}

static const struct option_spec specs[] = {
    {.name = "timeline",
     .argument = "FILE",
     .help = "Write FILE for ui.perfetto.dev or chrome://tracing: the same figures four times a "
             "second, what each thread allocates, and marks for snapshots, forks, executed "
             "programs, threads and libraries",
     .kind = OPTION_CALLBACK,
     .parse = timeline_parse},
    {0},
};
static const struct option_group options = {.title = "While it runs", .options = specs};

static uint64_t timeline_now(void) {
  return (uint64_t)monotonic_ns() - began;
}

static uint64_t start_of(const struct process *process) {
  uint64_t start = process->open->header.start_monotonic;
  return start > began ? start - began : 0;
}

static void seen_destroy(struct seen *seen) {
  for (size_t i = 0; i < seen->n_modules; i++)
    free(seen->modules[i]);
  free(seen->modules);
  free(seen->threads);
  free(seen);
}

/* True when the process had an earlier image than this one, or has a later one. */
static bool has_image(struct watch *watch, const struct process *process, bool later) {
  const struct process_list *list = watch_processes(watch);
  for (size_t i = 0; i < list->count; i++)
    if (list->data[i]->pid == process->pid && list->data[i] != process &&
        (list->data[i]->generation > process->generation) == later)
      return true;
  return false;
}

/* Marks the start of a new process, at its parent, too, or the execution of another program. */
static void mark_beginning(struct watch *watch, struct process *process, const char *command) {
  const struct recording_header *h = &process->open->header;
  char detail[64];
  if (has_image(watch, process, false)) {
    timeline_mark(timeline, process->pid, 0, start_of(process), "exec", command);
    return;
  }
  snprintf(detail, sizeof(detail), "process %d", process->pid);
  timeline_mark(timeline, process->pid, 0, start_of(process), "start", command);
  if (process->pid != watch_program(watch))
    timeline_mark(timeline, (pid_t)h->parent_pid, 0, start_of(process), "fork", detail);
}

static struct error *timeline_came(void *context, struct watch *watch, struct process *process) {
  struct seen *seen = calloc(1, sizeof(*seen));
  if (!seen)
    return &error_no_memory;
  *watch_data(watch, context, process) = seen;
  const struct heap_stats *stats = watch_stats(watch, process);
  const char *command = stats ? stats->command : "";
  timeline_name_process(timeline, process->pid, command);
  mark_beginning(watch, process, command);
  return NULL;
}

static const struct heap_thread *find_thread(const struct heap_thread *threads, size_t n,
                                             uint32_t tid) {
  for (size_t i = 0; i < n; i++)
    if (threads[i].tid == tid)
      return &threads[i];
  return NULL;
}

static void count_thread(pid_t pid, const struct heap_thread *thread,
                         const struct heap_thread *before, double seconds) {
  _cleanup_strbuf_ struct strbuf track = STRBUF_INIT;
  uint64_t bytes =
      before && before->bytes <= thread->bytes ? thread->bytes - before->bytes : thread->bytes;
  strbuf_appendf(&track, "thread %" PRIu32 " ", thread->tid);
  strbuf_append(&track, thread->name);
  struct timeline_value value = {"allocated bytes/s", seconds > 0 ? (double)bytes / seconds : 0};
  if (!strbuf_failed(&track))
    timeline_count(timeline, pid, timeline_now(), track.data, &value, 1);
}

/* Writes down the threads that came, worked and went since the last look. */
static struct error *report_threads(struct seen *seen, const struct heap_stats *s, uint64_t start) {
  double seconds = (double)s->rates.interval_ns / 1e9;
  for (size_t i = 0; i < s->n_heap_threads; i++) {
    const struct heap_thread *thread = &s->threads[i];
    const struct heap_thread *before = find_thread(seen->threads, seen->n_threads, thread->tid);
    if (!before || strcmp(before->name, thread->name) != 0)
      timeline_name_thread(timeline, s->pid, thread->tid, thread->name);
    if (!before)
      timeline_mark(timeline, s->pid, thread->tid, start + thread->started, "thread start",
                    thread->name);
    count_thread(s->pid, thread, before, seconds);
  }
  for (size_t i = 0; i < seen->n_threads; i++)
    if (!find_thread(s->threads, s->n_heap_threads, seen->threads[i].tid))
      timeline_mark(timeline, s->pid, seen->threads[i].tid, timeline_now(), "thread exit",
                    seen->threads[i].name);
  free(seen->threads);
  seen->n_threads = s->n_heap_threads;
  seen->threads = calloc(s->n_heap_threads + 1, sizeof(*seen->threads));
  if (!seen->threads)
    return &error_no_memory;
  memcpy(seen->threads, s->threads, s->n_heap_threads * sizeof(*s->threads));
  return NULL;
}

static bool has_module(char *const *modules, size_t n, const char *name) {
  for (size_t i = 0; i < n; i++)
    if (!strcmp(modules[i], name))
      return true;
  return false;
}

/* The files that are loaded; those that were unloaded are in the recording, too. */
static struct error *list_modules(const struct recording *r, char ***ret, size_t *ret_n) {
  char **modules = calloc(r->n_modules + 1, sizeof(*modules));
  size_t n = 0;
  for (uint64_t i = 0; modules && i < r->n_modules; i++) {
    const struct recording_module *m = &r->modules[i];
    if (m->state && !m->unloaded && *m->path && !has_module(modules, n, m->path) &&
        (modules[n] = strdup(m->path)))
      n++;
  }
  *ret = modules;
  *ret_n = n;
  return modules ? NULL : &error_no_memory;
}

static void mark_modules(pid_t pid, char *const *modules, size_t n, char *const *others,
                         size_t n_others, const char *what) {
  for (size_t i = 0; i < n; i++)
    if (!has_module(others, n_others, modules[i]))
      timeline_mark(timeline, pid, 0, timeline_now(), what, modules[i]);
}

static struct error *report_modules(struct seen *seen, struct process *process) {
  _cleanup_recording_ struct recording *recording = NULL;
  _cleanup_error_ struct error *gone = recording_open(process->path, &recording);
  char **modules;
  size_t n;
  if (gone)
    return NULL;
  struct error *err = list_modules(recording, &modules, &n);
  if (err)
    return err;
  mark_modules(process->pid, modules, n, seen->modules, seen->n_modules, "library load");
  mark_modules(process->pid, seen->modules, seen->n_modules, modules, n, "library unload");
  for (size_t i = 0; i < seen->n_modules; i++)
    free(seen->modules[i]);
  free(seen->modules);
  seen->modules = modules;
  seen->n_modules = n;
  return NULL;
}

/* Beside the live heap: the program may take memory past malloc. */
static void report_memory(const struct heap_stats *s, uint64_t rss) {
  struct timeline_value resident = {"bytes", (double)rss};
  uint64_t heap = s->live_bytes < rss ? s->live_bytes : rss; /* not all of it was touched */
  struct timeline_value share = {"percent", 100 * (double)heap / (double)rss};
  timeline_count(timeline, s->pid, timeline_now(), "RSS", &resident, 1);
  timeline_count(timeline, s->pid, timeline_now(), "live heap of RSS", &share, 1);
}

static void report_figures(const struct heap_stats *s) {
  uint64_t t = timeline_now();
  struct timeline_value live = {"bytes", (double)s->live_bytes};
  struct timeline_value rate = {"bytes/s", s->rates.bytes};
  struct timeline_value calls[] = {{"mallocs/s", s->rates.allocs}, {"frees/s", s->rates.frees}};
  struct timeline_value samples = {"samples", (double)s->samples};
  struct timeline_value threads = {"that allocate", (double)s->n_heap_threads};
  struct timeline_value overhead = {"percent of CPU", 100 * s->overhead};
  timeline_count(timeline, s->pid, t, "live heap", &live, 1);
  timeline_count(timeline, s->pid, t, "allocated", &rate, 1);
  timeline_count(timeline, s->pid, t, "calls", calls, 2);
  timeline_count(timeline, s->pid, t, "recorded", &samples, 1);
  timeline_count(timeline, s->pid, t, "threads", &threads, 1);
  if (s->overhead_known)
    timeline_count(timeline, s->pid, t, "overhead", &overhead, 1);
}

/* A process that does nothing gets one set of zeros, then nothing. */
static struct error *timeline_report(void *context, struct watch *watch, struct process *process) {
  (void)context;
  struct seen *seen = *watch_data(watch, &timeline, process);
  const struct heap_stats *stats = watch_stats(watch, process);
  if (!seen || !stats)
    return NULL;
  uint64_t rss = 0;
  bool grown = process_resident(process->pid, &rss) && rss != seen->rss;
  bool idle = stats->allocs == seen->last.allocs && stats->frees == seen->last.frees && !grown;
  seen->rss = rss;
  bool was_idle = seen->idle;
  seen->idle = idle;
  if (idle && was_idle && stats->n_heap_threads == seen->n_threads)
    return NULL;
  struct heap_stats s = *stats, before = seen->last;
  heap_stats_compare(&s, &before);
  seen->last = heap_stats_counters(stats);
  report_figures(&s);
  if (rss)
    report_memory(&s, rss);
  struct error *err = report_threads(seen, &s, start_of(process));
  if (!err &&
      (stats->load_generation != before.load_generation || stats->n_modules != before.n_modules))
    err = report_modules(seen, process);
  return err;
}

static struct error *timeline_tick(void *context, struct watch *watch) {
  struct error *err = watch_each_live(watch, context, timeline_report);
  return err ? err : timeline_flush(timeline);
}

static struct error *timeline_went(void *context, struct watch *watch, struct process *process) {
  void **seen = watch_data(watch, context, process);
  struct error *err = timeline_report(context, watch, process);
  if (!has_image(watch, process, true))
    timeline_mark(timeline, process->pid, 0, timeline_now(), "exit", NULL);
  if (*seen)
    seen_destroy(*seen);
  *seen = NULL;
  return err;
}

static void timeline_noted(void *context, struct watch *watch, struct process *process,
                           const char *what) {
  (void)context, (void)watch;
  timeline_mark(timeline, process->pid, 0, timeline_now(), "snapshot", what);
}

static struct error *timeline_watch_finish(void *context, struct watch *watch) {
  (void)context, (void)watch;
  return timeline_finish(timeline);
}

static void timeline_watch_destroy(void *context) {
  (void)context;
  timeline_destroy(timeline);
}

static const struct watcher watcher = {.name = "--timeline",
                                       .interval_ms = TICK_MS,
                                       .came = timeline_came,
                                       .went = timeline_went,
                                       .tick = timeline_tick,
                                       .noted = timeline_noted,
                                       .finish = timeline_watch_finish,
                                       .destroy = timeline_watch_destroy};

static struct error *timeline_add(struct watch *watch) {
  if (!path)
    return NULL;
  struct error *err = timeline_create(path, &timeline);
  if (!err)
    err = timeline_flush(timeline);
  began = (uint64_t)monotonic_ns();
  return err ? err : watch_add(watch, &watcher, &timeline);
}

const struct watcher_kind timeline_kind = {.options = &options, .add = timeline_add};
