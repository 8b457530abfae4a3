#include "base/cleanup.h"
#include "cli/command.h"
#include "cli/exit_codes.h"
#include "cli/launch.h"
#include "cli/leaks_options.h"
#include "cli/leaks_run.h"
#include "cli/message.h"
#include "cli/output.h"
#include "cli/session.h"
#include "pprof/encode.h"

static struct error *judge_all(struct leaks_run *run, struct leaks_settings *settings) {
  struct error *err = NULL;
  for (size_t i = 0; !err && i < run->processes.count; i++)
    err =
        leaks_judge(&run->processes.data[i], leaks_kinds_named(settings), &settings->suppressions);
  return err;
}

static struct error *list_suppressed(const struct suppressions *suppressions,
                                     struct leak_suppressed **ret) {
  *ret = calloc(suppressions->count + 1, sizeof(**ret));
  if (!*ret)
    return &error_no_memory;
  for (size_t i = 0; i < suppressions->count; i++) {
    const struct suppression *s = &suppressions->data[i];
    (*ret)[i] = (struct leak_suppressed){s->name, s->file, {s->used_bytes, s->used_objects}};
  }
  return NULL;
}

/* The program may use stdout: text goes to stderr, where nothing the program closes can lose it. */
static struct error *write_report(const struct leak_report *report,
                                  const struct leaks_settings *settings) {
  FILE *out = settings->json ? stdout : stderr;
  struct error *err = settings->log ? output_open(settings->log, &out) : NULL;
  if (!err)
    err = settings->json ? report_leaks_json(report, out) : report_leaks(report, out);
  if (!err && settings->log)
    err = output_close(settings->log, out);
  return err;
}

static const struct leak_process *main_process(const struct leaks_run *run) {
  const struct leak_process *last = NULL;
  for (size_t i = 0; i < run->processes.count; i++)
    if (run->processes.data[i].pid == run->main)
      last = &run->processes.data[i];
  return last;
}

/* The program's own failure comes first: a caller that knows its statuses still finds them. */
static int verdict(const struct leaks_run *run, const struct leak_report *report,
                   const struct leaks_settings *settings) {
  const struct leak_process *main = main_process(run);
  bool leaked = leak_total(report).objects > 0;
  bool checked = main && main->profile;
  if (!main && run->turned_off)
    message("the program turned the check off (__lsan_is_turned_off)");
  else if (!checked)
    message("process %d could not be checked: %s", run->main,
            main ? main->reason : "it left no recording");
  if (run->status > 0) {
    message("the program itself ended with status %d%s", run->status,
            leaked ? ", which is passed on; there are leaks, too" : "");
    return run->status;
  }
  return !checked && !run->turned_off ? EXIT_COULD_NOT_CHECK
         : leaked                     ? settings->error_exitcode
                                      : EXIT_FINE;
}

static struct error *finish(struct leaks_run *run, struct leaks_settings *settings, int *status) {
  _cleanup_free_ struct leak_suppressed *suppressed = NULL;
  struct error *err = judge_all(run, settings);
  if (!err)
    err = list_suppressed(&settings->suppressions, &suppressed);
  if (err)
    return err;
  struct leak_report report = {
      .processes = run->processes.data,
      .n_processes = run->processes.count,
      .show = settings->show,
      .fail_on = settings->fail_on,
      .limit = settings->max_leaks,
      .min_bytes = settings->min_bytes,
      .suppressions = settings->gen_suppressions,
      .suppressed = suppressed,
      .n_suppressed = settings->suppressions.count,
  };
  const struct leak_process *main = main_process(run);
  if (settings->profile && main && main->profile)
    err = pprof_write_file(main->profile, settings->profile);
  if (!err)
    err = write_report(&report, settings);
  if (!err)
    *status = verdict(run, &report, settings);
  return err;
}

static struct error *run_program(struct leaks_run *run, char **argv, int *status) {
  _cleanup_free_ char *folder = NULL;
  struct error *err = launch_check(argv[0], status);
  if (!err)
    err = session_create(&folder);
  if (err)
    return err;
  err = leaks_run(run, folder, argv);
  *status = run->status;
  session_remove(folder);
  return err;
}

static int run(int n_operands, char **operands) {
  struct leaks_settings settings;
  struct leaks_run leaks = {0};
  int status = -1;
  struct error *err = leaks_settings_read(&settings);
  if (err)
    return command_error(err);
  leaks.settings = &settings;
  if (!settings.pid == !n_operands)
    err = error_create(ERROR_BAD_INPUT, "leaks: give a program to run, or --pid and no program");
  else
    err = settings.pid ? leaks_run_attached(&leaks, settings.pid)
                       : run_program(&leaks, operands, &status);
  if (!err) {
    status = -1;
    err = finish(&leaks, &settings, &status);
  }
  leaks_run_deinit(&leaks);
  leaks_settings_deinit(&settings);
  if (!err)
    return status;
  int code = command_error(err);
  return status >= 0 ? status : code;
}

const struct command command_leaks = {
    .name = "leaks",
    .summary = "Run a program and say which memory it lost",
    .synopsis = "[OPTION...] [--] PROGRAM [ARGUMENT...]\n[OPTION...] --pid PID",
    .details = "Every allocation is recorded, and when the program is at its end, however it came "
               "to it, its memory is searched for "
               "pointers. Blocks are definitely lost if none is left, indirectly lost if only lost "
               "blocks point to them, possibly "
               "lost if there are only pointers to their inside, and else still reachable, as "
               "valgrind has it. Each process of "
               "the program's tree is checked. The report goes to standard error.\n\n"
               "The exit status is the program's if that is not 0; else 23 if there are leaks, and "
               "3 if the program could not be "
               "checked, with a line that says why.\n\n"
               "Pointers that a program hides (XOR-ed, with tags in their upper bits, in files) "
               "are not found: what they point to is "
               "reported as lost.",
    .groups = (const struct option_group *const[]){&leaks_target_options, &leaks_verdict_options,
                                                   &leaks_report_options, NULL},
    .min_operands = 0,
    .max_operands = OPERANDS_ANY,
    .operands = OPERANDS_PROGRAM,
    .stop_at_operand = true,
    .run = run,
};
