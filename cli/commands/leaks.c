#include "base/cleanup.h"
#include "cli/input/page_input.h"
#include "cli/leaks/verdict.h"
#include "cli/line/command.h"
#include "cli/line/exit_codes.h"
#include "cli/line/finding_outputs.h"
#include "cli/line/message.h"
#include "cli/line/output.h"
#include "cli/session/launch.h"
#include "cli/session/notes.h"
#include "cli/session/running.h"
#include "cli/session/session.h"

#include <errno.h>
#include <signal.h>

static const char *page;

static struct error *check_outputs(const struct leaks_settings *settings) {
  struct error *err = page ? output_check(page, OUTPUT_IN_PLACE) : NULL;
  return err ? err : leaks_settings_check(settings);
}

static struct error *run_program(struct leaks_run *run, char **argv, int *status) {
  _cleanup_free_ char *folder = NULL;
  struct error *err = launch_check(argv[0], status);
  if (!err)
    err = check_outputs(run->settings);
  if (!err)
    err = session_create(&folder);
  if (err)
    return err;
  if (leaks_settings_take_stdout(run->settings) || output_is_stdout(page))
    launch_keep_stdout();
  err = leaks_run(run, folder, argv);
  *status = run->status;
  notes_report(folder, run->main, false);
  session_remove(folder);
  return err;
}

static const struct option_spec page_specs[] = {
    {.name = "page",
     .argument = "FILE",
     .help = "Also write a page for a browser to FILE: all kinds, each stack with its way as by "
             "--why, and graph and tables of the program's blocks by kind",
     .kind = OPTION_STRING,
     .value = &page},
    {0},
};
static const struct option_group page_group = {"Page", page_specs};

/* A process that could not be checked has a page, too: it says so, and has no blocks. */
static struct error *write_page(struct leaks_run *run, struct leaks_settings *settings) {
  const struct leak_process *main = leaks_main_process(run);
  _cleanup_free_ char *document = NULL;
  _cleanup_profile_ struct profile *empty = NULL;
  struct page_side side = {main && main->command ? main->command : "", main ? main->profile : NULL,
                           NULL};
  struct error *err = leaks_document(run, settings, &document);
  if (!err && !side.profile)
    err = profile_create(&empty);
  if (empty) {
    err = leak_kinds_set(empty);
    side.profile = empty;
  }
  struct page_verdicts verdicts = {.leaks = document};
  return err ? err : page_input_write_profiles(&side, 1, &verdicts, page);
}

/* The page comes last: it folds the stacks that the report prints. A page that cannot be written
 * changes the status as another file does. */
static struct error *conclude(struct leaks_run *run, struct leaks_settings *settings, int *status) {
  struct error *err = leaks_verdict(run, settings, status);
  struct error *failed = err || !page ? NULL : write_page(run, settings);
  int code = failed ? command_error(failed) : EXIT_OK;
  if (failed)
    *status = run->status > 0 ? run->status : code;
  return err;
}

static bool is_there(pid_t pid) {
  return kill(pid, 0) == 0 || errno != ESRCH;
}

static struct error *check_once(struct leaks_settings *settings, int *status) {
  struct leaks_run leaks = {.settings = settings};
  struct error *err = leaks_run_attached(&leaks, settings->pid);
  if (!err)
    err = conclude(&leaks, settings, status);
  leaks_run_deinit(&leaks);
  return err;
}

/* Runs until the process ends, which is no failure once the process was checked. The last verdict
 * counts. */
static struct error *check_attached(struct leaks_settings *settings, int *status) {
  struct error *err = check_once(settings, status);
  while (!err && settings->every_ms) {
    running_wait_ms(settings->every_ms);
    if (ferror(settings->out))
      return NULL;
    suppressions_forget_uses(&settings->suppressions);
    err = check_once(settings, status);
    if (!err || is_there(settings->pid))
      continue;
    error_destroy(err);
    message("process %d has ended", settings->pid);
    return NULL;
  }
  return err;
}

static struct error *check_program(struct leaks_settings *settings, char **argv, int *failed,
                                   int *status) {
  struct leaks_run leaks = {.settings = settings};
  struct error *err = run_program(&leaks, argv, failed);
  if (!err) {
    *failed = -1;
    err = conclude(&leaks, settings, status);
  }
  leaks_run_deinit(&leaks);
  return err;
}

static struct error *leaks_check(struct leaks_settings *settings, int n_operands, char **operands,
                                 int *failed, int *status) {
  if (!settings->pid == !n_operands)
    return error_create(ERROR_BAD_INPUT, "leaks: give a program to run, or --pid and no program");
  if (settings->every_ms && !settings->pid)
    return error_create(ERROR_BAD_INPUT,
                        "leaks: --every checks a running process: give --pid, too");
  if (!settings->pid)
    return check_program(settings, operands, failed, status);
  struct error *err = check_outputs(settings);
  return err ? err : check_attached(settings, status);
}

static int leaks_command(int n_operands, char **operands) {
  struct leaks_settings settings;
  int status = EXIT_OK, failed = -1; /* failed: what a shell returns where it cannot execute */
  struct error *err = leaks_settings_read(&settings);
  if (err)
    return command_error(err);
  if (page)
    leaks_settings_page(&settings);
  err = leaks_check(&settings, n_operands, operands, &failed, &status);
  struct error *close_err = leaks_settings_deinit(&settings);
  if (!err && close_err) {
    return command_error(close_err);
  }
  error_destroy(close_err);
  if (!err)
    return status;
  int code = command_error(err);
  return failed >= 0 ? failed : code;
}

const struct command command_leaks = {
    .name = "leaks",
    .summary = "Run a program and say which memory it lost",
    .synopsis = "[OPTION...] [--] PROGRAM [ARGUMENT...]\n[OPTION...] --pid PID [--every TIME]",
    .details = "Every allocation is recorded, and when the program is at its end, however it came "
               "to it, its memory is searched for pointers. Blocks are definitely lost if none is "
               "left, indirectly lost if only lost blocks point to them, possibly lost if there "
               "are only pointers to their inside, and else still reachable, as valgrind has it. "
               "Each process of the program's tree is checked. The report goes to standard "
               "error.\n\n"
               "A report that goes to standard output (--json without --log, or `-` for a file) "
               "has it to itself: what the program writes there goes to standard error.\n\n"
               "The exit status is the program's if that is not 0; else 2 if a file could not be "
               "written, 23 if there are leaks, and 3 if the program could not be checked or not "
               "all of it could be recorded, each with a line that says why. A report that cannot "
               "be written to its file when the program has ended goes to standard error.\n\n"
               "Pointers that a program hides (XOR-ed, with tags in their upper bits, in files) "
               "are not found: what they point to is reported as lost.",
    .groups = (const struct option_group *const[]){&leaks_target_options, &leaks_verdict_options,
                                                   &leaks_report_options, &page_group,
                                                   &finding_options, NULL},
    .min_operands = 0,
    .max_operands = OPERANDS_ANY,
    .operands = OPERANDS_PROGRAM,
    .stop_at_operand = true,
    .run = leaks_command,
};
