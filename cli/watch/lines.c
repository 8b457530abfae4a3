#include "cli/watch/lines.h"

#include "cli/line/output.h"
#include "recording/heap_stats.h"
#include "report/trace.h"

#include <errno.h>
#include <stdlib.h>

static bool wanted;
static const char *file;

static struct error *parse(const struct option_spec *spec, const char *argument) {
  if (argument && !*argument)
    return error_create(ERROR_BAD_INPUT, "--%s=: the file's name is missing", spec->name);
  wanted = true;
  file = argument;
  return NULL;
}

static const struct option_spec specs[] = {
    {.name = "trace",
     .argument = "FILE",
     .argument_optional = true,
     .help = "Print a line a second on standard error, or to FILE, for each process that is at "
             "work: its age, live bytes and their change, what it allocates and frees a second, "
             "samples, overhead",
     .kind = OPTION_CALLBACK,
     .parse = parse},
    {0},
};
static const struct option_group options = {.title = "While it runs", .options = specs};

static FILE *out;

/* The data that is kept for a process: the figures of its last line. */
static struct error *print(struct watch *watch, struct process *process, bool ended) {
  struct heap_stats **last = (struct heap_stats **)watch_data(watch, &out, process);
  const struct heap_stats *now = watch_stats(watch, process);
  if (!now)
    return NULL; /* it is just ending */
  bool idle = *last && now->allocs == (*last)->allocs && now->frees == (*last)->frees;
  if (idle && !ended && process->pid != watch_program(watch))
    return NULL;
  struct heap_stats line = *now;
  heap_stats_compare(&line, *last ? *last : &(struct heap_stats){0});
  int64_t change = (int64_t)(now->live_bytes - (*last ? (*last)->live_bytes : 0));
  struct error *err = report_trace_line(&line, change, ended, out);
  if (err)
    return err;
  if (ferror(out))
    return error_system(errno, "cannot write %s", file ? file : "to standard error");
  if (!*last && !(*last = malloc(sizeof(**last))))
    return &error_no_memory;
  **last = heap_stats_counters(now);
  return NULL;
}

static struct error *print_running(void *context, struct watch *watch, struct process *process) {
  (void)context;
  return print(watch, process, false);
}

static struct error *tick(void *context, struct watch *watch) {
  return watch_each_live(watch, context, print_running);
}

static struct error *went(void *context, struct watch *watch, struct process *process) {
  struct error *err = print(watch, process, true);
  watch_free_data(context, watch, process);
  return err;
}

static void destroy(void *context) {
  (void)context;
  if (file)
    error_destroy(output_close(file, out));
}

static const struct watcher watcher = {
    .name = "--trace", .interval_ms = 1000, .tick = tick, .went = went, .destroy = destroy};

static struct error *lines_add(struct watch *watch) {
  if (!wanted)
    return NULL;
  out = stderr;
  struct error *err = file ? output_open(file, &out) : NULL;
  if (err)
    return err;
  if (file)
    setvbuf(out, NULL, _IOLBF, 0);
  return watch_add(watch, &watcher, &out);
}

const struct watcher_kind lines_kind = {.options = &options, .add = lines_add};
