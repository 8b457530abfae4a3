#include "report/stats.h"
#include "base/cleanup.h"
#include "cli/input/report_options.h"
#include "cli/line/command.h"
#include "cli/line/exit_codes.h"
#include "cli/line/message.h"
#include "cli/session/running.h"
#include "recording/find.h"
#include "recording/heap_ages.h"
#include "recording/heap_resident.h"
#include "recording/heap_stats.h"
#include "report/running.h"

static bool watch;
static int64_t interval = 1, count;

/* A full look, with rates since `before` (which may be NULL). */
static struct error *look(pid_t pid, const struct heap_stats *before, struct heap_stats *ret) {
  _cleanup_recording_ struct recording *recording = NULL;
  struct error *err = recorded_process_open(pid, false, &recording);
  if (!err)
    err = heap_stats_init(ret, recording);
  if (err)
    return err;
  if (before)
    heap_stats_compare(ret, before);
  err = heap_stats_add_resident(ret, recording);
  if (!err)
    err = heap_stats_add_ages(ret, recording);
  if (err)
    heap_stats_deinit(ret);
  return err;
}

static struct error *show_once(pid_t pid, const struct running_options *options) {
  _cleanup_recording_ struct recording *recording = NULL;
  _cleanup_heap_stats_ struct heap_stats before = {0}, now = {0};
  struct error *err = recorded_process_open(pid, true, &recording);
  if (!err)
    err = heap_stats_init(&before, recording);
  if (err)
    return err;
  running_wait_ms(RUNNING_MOMENT_MS);
  err = look(pid, &before, &now);
  return err ? err : report_stats(&now, options, stdout);
}

/* Runs until the process ends, which is no failure once a line was printed. */
static struct error *keep_showing(pid_t pid, const struct running_options *options) {
  _cleanup_heap_stats_ struct heap_stats before = {0};
  for (int64_t lines = -1; !count || lines < count; lines++) {
    struct heap_stats now;
    struct error *err = look(pid, lines < 0 ? NULL : &before, &now);
    if (err && lines >= 0 && err->code != ERROR_NO_MEMORY) {
      error_destroy(err);
      return NULL;
    }
    if (!err && lines >= 0)
      err = report_stats_line(&now, lines == 0, options, stdout);
    if (err)
      return err;
    fflush(stdout);
    if (ferror(stdout))
      return NULL; /* main says so */
    heap_stats_deinit(&before);
    before = now;
    if (lines + 1 < count || !count)
      running_wait_ms(interval * 1000);
  }
  return NULL;
}

static int run(int n_operands, char **operands) {
  (void)n_operands;
  struct report_options style;
  pid_t pid;
  report_options_style(0, &style);
  struct running_options options = {{style.columns, style.colour}, style.unit, style.json};
  struct error *err = running_choose(operands[0], &pid);
  if (!err)
    err = (watch ? keep_showing : show_once)(pid, &options);
  return err ? command_error(err) : EXIT_OK;
}

static const struct option_spec specs[] = {
    {.name = "watch",
     .short_name = 'w',
     .help = "Print a line every second until the process ends",
     .kind = OPTION_FLAG,
     .value = &watch},
    {.name = "interval",
     .argument = "SECONDS",
     .help = "With --watch: the time between lines (default 1)",
     .kind = OPTION_INTEGER,
     .value = &interval,
     .min = 1,
     .max = 86400},
    {.name = "count",
     .argument = "N",
     .help = "With --watch: stop after N lines",
     .kind = OPTION_INTEGER,
     .value = &count},
    {0},
};
static const struct option_group group = {"Options", specs};

const struct command command_stats = {
    .name = "stats",
    .summary = "Show what a running program's heap is like",
    .synopsis = "[OPTION...] [PID]",
    .details =
        "PID is a process that is being recorded; `memprof ps` lists them. Without PID it is the "
        "only one. It is neither stopped "
        "nor signalled. Calls and allocated bytes are exact; what is live, its peak and the sizes "
        "of blocks are estimates with 95% intervals, unless recording is exact; so is how old the "
        "live blocks are. Then where the process's resident memory is: live blocks, what the "
        "allocator adds to each by rounding, what is free but not given back to the system, "
        "stacks, the program and its libraries, other mappings, and the recording itself. Sums "
        "are measured; what the heap is made of is estimated.\n\n"
        "With --watch and --json each line is a document.",
    .groups = (const struct option_group *const[]){&group, &output_options, NULL},
    .min_operands = 0,
    .max_operands = 1,
    .operands = OPERANDS_PROCESSES,
    .run = run,
};
