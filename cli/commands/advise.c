#include "advise/advise.h"
#include "advise/series.h"

#include "base/cleanup.h"
#include "cli/commands/advise_process.h"
#include "cli/input/input.h"
#include "cli/input/profile_sum.h"
#include "cli/input/report_options.h"
#include "cli/line/command.h"
#include "cli/line/exit_codes.h"
#include "cli/line/finding_outputs.h"
#include "cli/line/message.h"
#include "cli/session/launch.h"
#include "cli/session/notes.h"
#include "cli/session/recording_options.h"
#include "cli/session/resident_looks.h"
#include "cli/session/session.h"
#include "cli/watch/held.h"
#include "cli/watch/stacks.h"
#include "load/load.h"
#include "model/calibrate.h"
#include "report/advise.h"
#include "report/advise_findings.h"

#include <stdlib.h>
#include <string.h>

static int64_t most = ADVICE_MOST, explained; /* 0: no item */
static int64_t process;                       /* 0: none */

static const struct option_spec specs[] = {
    {.name = "number",
     .short_name = 'n',
     .argument = "N",
     .help = "Show at most N items (default 10)",
     .kind = OPTION_INTEGER,
     .value = &most,
     .min = 1,
     .max = 1000},
    {.name = "pid",
     .argument = "PID",
     .help =
         "Advise on a running process that is recorded with histories, as it is now; where "
         "everything is recorded and memory only grows, it is stopped for a moment, to see whether "
         "that is lost",
     .kind = OPTION_INTEGER,
     .value = &process,
     .min = 1,
     .max = INT32_MAX},
    {.name = "explain",
     .argument = "N",
     .help = "Show the histories that item N rests on, and its stack",
     .kind = OPTION_INTEGER,
     .value = &explained,
     .min = 1,
     .max = 1000},
    {0},
};
static const struct option_group advise_options = {"Options", specs};

static struct error *write_findings(const struct profile *profile, const struct advice *advice,
                                    const char *name) {
  struct arena arena = ARENA_INIT;
  struct findings findings = {0};
  struct error *err = NULL;
  if (finding_outputs_wanted()) {
    err = advise_findings(profile, advice, name, &arena, &findings);
    if (!err)
      err = finding_outputs_write(&findings);
  }
  arena_deinit(&arena);
  return err;
}

/* Prints what there is to say of the profile. */
static struct error *print_found(const struct profile *profile, const struct advice *advice,
                                 const struct report_options *options) {
  struct error *err = NULL;
  if (explained)
    return report_advise_item(profile, advice, (size_t)explained, options, stdout);
  if (!finding_outputs_take_stdout())
    err = report_advise(advice, options, stdout);
  return err ? err : write_findings(profile, advice, options->profile_name);
}

static struct error *print_advice(const struct profile *profile,
                                  const struct report_options *options) {
  _cleanup_advice_ struct advice advice = {0};
  struct error *err = advise(profile, options->profile_name, (size_t)most, &advice);
  return err ? err : print_found(profile, &advice, options);
}

static struct error *advise_file(const char *path) {
  _cleanup_profile_ struct profile *profile = NULL;
  struct report_options options;
  struct error *err = report_options_open(path, 0, 0, &profile, &options);
  return err ? err : print_advice(profile, &options);
}

struct series {
  struct profile **profiles;
  size_t n;
};

static void series_deinit(struct series *series) {
  for (size_t i = 0; i < series->n; i++)
    profile_destroy(series->profiles[i]);
  free(series->profiles);
}
#define _cleanup_series_ __attribute__((cleanup(series_deinit)))

/* Growth over snapshots. The options are alike for all; the name is that of the latest. */
static struct error *advise_snapshots(int n, char **paths) {
  _cleanup_series_ struct series series = {calloc((size_t)n, sizeof(*series.profiles)), 0};
  _cleanup_advice_ struct advice advice = {0};
  const struct profile *latest = NULL;
  struct report_options options = {0};
  struct error *err = series.profiles ? NULL : &error_no_memory;
  for (int i = 0; i < n && !err; i++) {
    err = report_options_open(paths[i], 0, 0, &series.profiles[i], &options);
    series.n += !err;
  }
  if (!err)
    err = advise_series((const struct profile *const *)series.profiles, (const char *const *)paths,
                        series.n, (size_t)most, &advice, &latest);
  for (int i = 0; i < n && !err; i++)
    if (series.profiles[i] == latest)
      options.profile_name = paths[i];
  return err ? err : print_found(latest, &advice, &options);
}

static struct error *take_profile(const struct recording *recording, struct profile_sum *sum) {
  _cleanup_profile_ struct profile *profile = NULL;
  struct error *err = load_read(recording, &profile);
  if (!err)
    err = resident_looks_add(recording, profile);
  return err ? err : profile_sum_add(sum, no_cleanup_ptr(profile), NULL);
}

/* The sum of all processes' profiles; NULL without any. */
static struct error *take_profiles(const char *folder, struct profile **ret) {
  _cleanup_session_list_ struct session_list list = SESSION_LIST_INIT;
  struct profile_sum sum = {0};
  struct error *err = session_read(folder, &list);
  for (size_t i = 0; i < list.count && !err; i++) {
    _cleanup_recording_ struct recording *recording = NULL;
    err = session_open(&list, i, &recording);
    if (!err)
      err = take_profile(recording, &sum);
  }
  if (!err)
    err = profile_sum_take(&sum, ret);
  profile_sum_deinit(&sum);
  return err;
}

static struct error *advise_recorded(const char *folder, const char *program) {
  _cleanup_profile_ struct profile *profile = NULL;
  struct report_options options = {0};
  struct error *err = take_profiles(folder, &profile);
  if (!err && !profile)
    err = error_create(ERROR_CANNOT,
                       "%s left no recording: it ended before its first instruction or was not "
                       "allowed to write one",
                       program);
  if (!err)
    err = load_finish(profile, true);
  if (!err)
    err = calibrate_profile(profile);
  if (err)
    return err;
  report_options_style(0, &options);
  options.profile_name = program;
  return print_advice(profile, &options);
}

static struct error *advise_process(pid_t pid) {
  _cleanup_profile_ struct profile *profile = NULL;
  _cleanup_free_ char *name = NULL;
  struct report_options options = {0};
  struct error *err = advise_read_process(pid, &profile, &name);
  if (err)
    return err;
  report_options_style(0, &options);
  options.profile_name = name;
  return print_advice(profile, &options);
}

static struct error *advise_run(const char *folder, char **argv, int *status) {
  _cleanup_watch_ struct watch *watch = NULL;
  char **environment;
  pid_t pid;
  recording_options_for_advice();
  struct error *err = recording_environment(folder, &environment);
  if (!err)
    err = watch_create(&(struct watch_settings){.folder = folder, .quiet = true}, &watch);
  if (!err)
    err = held_add(watch);
  if (!err)
    err = stacks_add(watch);
  if (!err)
    err = launch(argv, environment, &pid, status);
  if (err)
    return err;
  *status = watch_wait(watch, pid);
  notes_report_unseen(folder);
  notes_report(folder, pid, false);
  return advise_recorded(folder, argv[0]);
}

/* The program's own output goes to standard error: the advice has standard output. */
static int run_program(char **argv) {
  _cleanup_free_ char *folder = NULL;
  int status = -1;
  struct error *err = launch_check(argv[0], &status);
  launch_keep_stdout();
  if (!err)
    err = finding_outputs_check();
  if (!err)
    err = session_create(&folder);
  if (!err)
    err = advise_run(folder, argv, &status);
  if (folder)
    session_remove(folder);
  if (!err)
    return status;
  int code = command_error(err);
  return status > 0 ? status : code;
}

/* The parser has left the dashes before the operands. */
static int advise_command(int n_operands, char **operands) {
  if (n_operands && !strcmp(operands[-1], "--"))
    return run_program(operands);
  struct error *err = process && n_operands ? error_create(ERROR_BAD_INPUT,
                                                           "advise: --pid is for a process alone; "
                                                           "leave out '%s'",
                                                           operands[0])
                      : process             ? advise_process((pid_t)process)
                      : n_operands > 1      ? advise_snapshots(n_operands, operands)
                                            : advise_file(operands[0]);
  return err ? command_error(err) : EXIT_OK;
}

const struct command command_advise = {
    .name = "advise",
    .summary = "Say which changes of a program would save memory or time",
    .synopsis = "[OPTION...] [FILE]\n[OPTION...] FILE FILE FILE...\n[OPTION...] --pid "
                "PID\n[OPTION...] -- PROGRAM [ARG...]",
    .example = "advise -- ./shop",
    .details =
        "FILE is a profile of `memprof run --advise`, which keeps the histories of some objects of "
        "each site: how long they lived, who freed them, what realloc did with them. A PROGRAM is "
        "run with them and its output goes to standard error. Three FILEs or more are snapshots of "
        "one process (`memprof run --every`), which need no histories: the advice is then on "
        "growth over them alone.\n\n"
        "Rules: reuse a buffer; keep objects on the stack; reserve what grows; allocate in batches "
        "what dies together; sizes just above one that the allocator rounds to; large blocks that "
        "are mapped anew; memory that only grows; threads that are not joined and blocks that "
        "change threads; peaks that stand for a moment; settings of glibc's malloc. An item names "
        "the function to change, the "
        "evidence and the saving with its 95% interval. Items of less than 1% of the memory or "
        "of the CPU time are left out.\n\n"
        "docs/ADVISE.md says what each rule measures and what it cannot know.",
    .groups =
        (const struct option_group *const[]){&advise_options, &finding_options, &filter_options,
                                             &input_options, &output_options, NULL},
    .min_operands = 0,
    .max_operands = OPERANDS_ANY,
    .operands = OPERANDS_PROFILES,
    .run = advise_command,
};
