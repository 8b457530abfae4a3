#include "report/ps.h"
#include "cli/input/report_options.h"
#include "cli/line/command.h"
#include "cli/line/exit_codes.h"
#include "cli/line/message.h"
#include "cli/session/running.h"
#include "recording/find.h"
#include "recording/heap_stats.h"
#include "report/running.h"

static bool look(const struct recorded_process *process, struct heap_stats *ret) {
  _cleanup_recording_ struct recording *recording = NULL;
  struct error *err = recording_open_of(process->path, process->pid, RECORDING_ALL, &recording);
  if (!err)
    err = heap_stats_init(ret, recording);
  error_destroy(err); /* it has just ended */
  return !err;
}

/* Counters again, for the rates; the rest is of the first look. */
static void look_again(const struct recorded_process *process, struct heap_stats *stats) {
  struct heap_stats now;
  struct error *err = running_counters(process->path, process->pid, &now);
  if (err) {
    error_destroy(err);
    return;
  }
  heap_stats_compare(&now, stats);
  stats->rates = now.rates;
  heap_stats_deinit(&now);
}

static struct error *list(const struct recorded_list *processes,
                          const struct running_options *options) {
  struct heap_stats *stats = calloc(processes->count + 1, sizeof(*stats));
  size_t *of = calloc(processes->count + 1, sizeof(*of)), n = 0;
  struct error *err = stats && of ? NULL : &error_no_memory;
  for (size_t i = 0; !err && i < processes->count; i++)
    if (look(&processes->data[i], &stats[n]))
      of[n++] = i;
  if (n)
    running_wait_ms(RUNNING_MOMENT_MS);
  for (size_t i = 0; i < n; i++)
    look_again(&processes->data[of[i]], &stats[i]);
  if (!err && !n && !options->json)
    message("no program of yours is being recorded; start one with `memprof run -- PROGRAM`");
  else if (!err)
    err = report_ps(stats, n, options, stdout);
  for (size_t i = 0; i < n; i++)
    heap_stats_deinit(&stats[i]);
  free(stats);
  free(of);
  return err;
}

static int run(int n_operands, char **operands) {
  (void)n_operands, (void)operands;
  _cleanup_recorded_list_ struct recorded_list processes = {0};
  struct report_options style;
  report_options_style(0, &style);
  struct error *err = recorded_list_read(&processes);
  if (!err)
    err = list(&processes,
               &(struct running_options){{style.columns, style.colour}, style.unit, style.json});
  return err ? command_error(err) : EXIT_OK;
}

const struct command command_ps = {
    .name = "ps",
    .summary = "List the programs that are being recorded",
    .synopsis = "[OPTION...]",
    .details =
        "Every process of yours that `memprof run` or the preloaded library records now; root sees "
        "all. Columns: age, for how long it is recorded; live and peak, the heap's size now and at "
        "its largest; allocates, bytes a second in the last quarter of a second; samples, recorded "
        "allocations; overhead, the measured part of its CPU time that recording takes. The "
        "processes are neither stopped nor asked: all is read from the recordings that they share.",
    .groups = (const struct option_group *const[]){&output_options, NULL},
    .min_operands = 0,
    .max_operands = 0,
    .operands = OPERANDS_NONE,
    .run = run,
};
