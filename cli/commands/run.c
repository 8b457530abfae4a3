#include "base/cleanup.h"
#include "cli/input/page_input.h"
#include "cli/leaks/verdict.h"
#include "cli/line/command.h"
#include "cli/line/exit_codes.h"
#include "cli/line/message.h"
#include "cli/line/option_rows.h"
#include "cli/line/output.h"
#include "cli/session/background.h"
#include "cli/session/collect.h"
#include "cli/session/launch.h"
#include "cli/session/notes.h"
#include "cli/session/oom.h"
#include "cli/session/recording_options.h"
#include "cli/session/session.h"
#include "cli/session/summary.h"
#include "cli/watch/ended.h"
#include "cli/watch/moments.h"
#include "cli/watch/watchers.h"

#include <stdlib.h>

static const char *output = PROFILE_NAME_DEFAULT, *page;
static bool quiet, leaks, symbolize = true;

static struct error *run_report(const struct collected *main, const struct collect_tally *tally,
                                pid_t pid, bool explained) {
  if (!main->profile && !tally->live && !tally->failed && !explained)
    message("process %d left no recording: it ended before its first instruction or was not "
            "allowed to write one",
            pid);
  if (quiet || (!main->profile && !tally->others))
    return NULL;
  struct error *err = summary_print_all(main, tally, stderr);
  if (!err && tally->incomplete)
    message("%u of these %s incomplete: `memprof top` says what is missing", tally->incomplete,
            tally->incomplete > 1 ? "are" : "is");
  return err;
}

/* Processes of less than such a part of the largest one's peak are not worth their place. */
enum { PAGE_LEAST_PART = 100 };

static void add_process(struct page_run_process *list, size_t *n, const char *path,
                        const char *program, pid_t pid) {
  if (path && *n < PAGE_RUN_MOST)
    list[(*n)++] = (struct page_run_process){path, {pid, program ? program : ""}};
}

/* The page shows the process that had most, as the summary does; others can be chosen. */
static size_t list_processes(const struct collected *main, const struct collect_tally *tally,
                             struct page_run_process *list) {
  const struct collected *largest = &tally->largest;
  size_t n = 0;
  bool is_main = main->path && collected_peak(main) >= collected_peak(largest);
  int64_t least = (is_main ? collected_peak(main) : collected_peak(largest)) / PAGE_LEAST_PART;
  if (is_main)
    add_process(list, &n, main->path, main->program, main->pid);
  if (collected_peak(largest) >= least)
    add_process(list, &n, largest->path, largest->program, largest->pid);
  if (!is_main)
    add_process(list, &n, main->path, main->program, main->pid);
  for (size_t i = 0; i < tally->n_next && tally->next[i].peak >= least; i++)
    add_process(list, &n, tally->next[i].path, tally->next[i].program, tally->next[i].pid);
  return n;
}

static struct error *write_page(const struct collected *main, const struct collect_tally *tally,
                                const struct page_verdicts *verdicts) {
  struct page_run_process processes[PAGE_RUN_MOST];
  size_t n = page ? list_processes(main, tally, processes) : 0;
  if (!n)
    return NULL;
  struct error *err = page_input_write_run(processes, n, verdicts, page);
  if (!err && !quiet)
    message("the page is in %s; open it in a browser", page);
  return err;
}

/* The findings of a leak check: for the page, and those of the main process (NULL: not checked). */
struct run_leaks {
  struct page_verdicts verdicts;
  const struct profile *profile;
};

/* The program has ended. Other processes of its session may go on (a daemon): a process of memprof
 * stays behind for them. A profile that could not be written, which is said, makes 2 of a *status
 * that is 0. `checked` is NULL without a leak check. */
static struct error *run_finish(const char *folder, pid_t pid, const char *killed,
                                const struct run_leaks *checked, int *status) {
  struct collect_options options = {.output = output,
                                    .symbolize = symbolize,
                                    .no_wrong_frees = leaks,
                                    .leaks = checked ? checked->profile : NULL,
                                    .killed = killed,
                                    .peak_rss = launch_peak_resident()};
  struct collected main = {0};
  _cleanup_collect_tally_ struct collect_tally tally;
  ended_take_tally(&tally);
  struct error *err = collect_session(folder, &options, pid, &main, &tally);
  options.peak_rss = 0; /* those that live on are other processes */
  if (err)
    return err;
  if (tally.failed && !*status)
    *status = EXIT_USAGE;
  if (!quiet)
    notes_report_unseen(folder);
  err = run_report(&main, &tally, pid, notes_report(folder, pid, quiet));
  if (!err)
    err = write_page(&main, &tally, checked ? &checked->verdicts : NULL);
  collected_deinit(&main);
  if (!tally.live)
    session_leave(folder);
  else if (!err) {
    if (!quiet)
      message("%u process%s of this session still run%s and will leave a profile; they are "
              "recorded in %s",
              tally.live, tally.live > 1 ? "es" : "", tally.live > 1 ? "" : "s", folder);
    err = background_collect(folder, &options);
  }
  return err;
}

static struct error *follow_to_end(struct leaks_run *run, struct watch *watch, const char *folder,
                                   char **argv, int *status) {
  struct error *err = leaks_run(run, folder, argv);
  watch_end_aside(watch);
  *status = run->status;
  _cleanup_free_ char *document = NULL;
  if (err && *status >= 0)
    session_remove(folder);
  if (!err && page)
    err = leaks_document(run, run->settings, &document);
  const struct leak_process *main = leaks_main_process(run);
  struct run_leaks checked = {{.leaks = document}, main ? main->profile : NULL};
  if (!err)
    err = run_finish(folder, run->main, NULL, &checked, status);
  int verdict = EXIT_OK;
  if (!err)
    err = leaks_verdict(run, run->settings, &verdict);
  if (!err && verdict)
    *status = verdict;
  return err;
}

static void watch_started(void *context, pid_t pid) {
  watch_begin_aside(context, pid);
}

/* With --leaks the leak check runs the program and waits for it, not the watch. */
static struct error *record_with_leaks(struct watch *watch, const char *folder, char **argv,
                                       int *status) {
  struct leaks_settings settings;
  struct leaks_run run = {.settings = &settings, .started = watch_started, .context = watch};
  struct error *err = leaks_settings_read(&settings);
  if (err)
    return err;
  if (page)
    leaks_settings_page(&settings);
  err = follow_to_end(&run, watch, folder, argv, status);
  leaks_run_deinit(&run);
  error_destroy(leaks_settings_deinit(&settings));
  return err;
}

static struct error *run_prepare(const char *folder, const struct oom *oom, struct watch **watch,
                                 char ***environment) {
  if (leaks)
    recording_options_for_leaks();
  if (page)
    moments_ask();
  struct error *err =
      watch_create(&(struct watch_settings){folder, output, oom, symbolize, quiet, leaks}, watch);
  if (!err)
    err = watchers_add(*watch);
  if (!err) /* after --http has taken its token out */
    err = recording_environment(folder, environment);
  if (!err && leaks && !watch_can_be_aside(*watch))
    err = error_create(ERROR_BAD_INPUT,
                       "--leaks cannot be combined with what watches the program while it runs "
                       "(--trace, --every and the like)");
  return err;
}

static struct error *run_record(const char *folder, char **argv, int *status) {
  _cleanup_watch_ struct watch *watch = NULL;
  _cleanup_oom_ struct oom oom;
  _cleanup_free_ char *killed = NULL;
  char **environment;
  pid_t pid;
  oom_begin(&oom);
  struct error *err = run_prepare(folder, &oom, &watch, &environment);
  if (!err && leaks)
    return record_with_leaks(watch, folder, argv, status);
  if (!err)
    err = launch(argv, environment, &pid, status);
  if (err) {
    session_remove(folder);
    return err;
  }
  *status = watch_wait(watch, pid);
  err = oom_end(&oom, quiet, &killed);
  return err ? err : run_finish(folder, pid, killed, NULL, status);
}

/* A profile that goes to standard output has it to itself. */
static struct error *check_stdout(void) {
  if (output_is_stdout(output) && page)
    return error_create(ERROR_BAD_INPUT,
                        "--page needs the profile in a file; give one by -o FILE, not -o -");
  if (output_is_stdout(output))
    launch_keep_stdout();
  return output_check_binary(output);
}

static int run_command(int n_operands, char **operands) {
  (void)n_operands;
  _cleanup_free_ char *folder = NULL;
  int status = EXIT_USAGE, failed = -1;
  struct error *err = launch_check(operands[0], &failed);
  if (!err)
    err = output_check(output, OUTPUT_REPLACED);
  if (!err && page)
    err = output_check(page, OUTPUT_IN_PLACE);
  if (!err)
    err = check_stdout();
  if (!err)
    err = session_create(&folder);
  if (!err) {
    err = run_record(folder, operands, &status);
    failed = status;
  }
  if (!err)
    return status;
  int code = command_error(err);
  return failed >= 0 ? failed : code;
}

static const struct option_spec options[] = {
    {.name = "output",
     .short_name = 'o',
     .argument = "FILE",
     .help = "Write the profile to FILE; %p is the process's pid, %n its program's name, %t its "
             "start time in seconds, %T the time of writing, local, as 20261128-030000 (default "
             "memprof.%n.%p.pb.gz)",
     .kind = OPTION_STRING,
     .value = &output},
    {.name = "page",
     .argument = "FILE",
     .help = "Also write the profile as a page for a browser to FILE, as `memprof page` does",
     .kind = OPTION_STRING,
     .value = &page},
    OPTION_ROW_QUIET(quiet),
    {.name = "leaks",
     .help = "Say at the end which memory was lost, as `memprof leaks` does; records everything",
     .kind = OPTION_FLAG,
     .value = &leaks},
    OPTION_ROW_SYMBOLIZE(symbolize),
    {0},
};
static const struct option_group group = {"Options", options};

const struct command command_run = {
    .name = "run",
    .summary = "Run a program and profile its heap",
    .synopsis = "[OPTION...] [--] PROGRAM [ARGUMENT...]",
    .example = "run ./shop",
    .details =
        "PROGRAM runs as it would alone: same input, output, terminal, signals and exit status. "
        "memprof records the allocations of PROGRAM and its children, and writes them as a pprof "
        "profile when PROGRAM ends, however it ends.\n\n"
        "By default recording starts exact and thins out by itself when it would cost more than "
        "--overhead of the CPU time. Sampled figures are unbiased and have 95% intervals.\n\n"
        "Children are profiled too, one file each. Once 256 of them have ended their profiles "
        "are written while PROGRAM runs, the oldest first. A forked child that allocates less than "
        "64 KiB before it executes another program leaves no file of its own.\n\n"
        "The exit status is the program's; 128 + n if signal n ended it; 127 or 126 if it is not "
        "there or cannot be executed, 3 if it cannot be profiled (`memprof doctor PROGRAM` says "
        "why), 2 if the profile could not be written and the program's own is 0: its recording "
        "then "
        "stays for `memprof recover`. With --leaks it is 23 where the program's own is 0 and there "
        "are leaks.",
    .groups = (const struct option_group *const[]){&group, &recording_options,
                                                   &leaks_verdict_options, &watchers_options, NULL},
    .min_operands = 1,
    .max_operands = OPERANDS_ANY,
    .operands = OPERANDS_PROGRAM,
    .stop_at_operand = true,
    .run = run_command,
};
