#include "report/check.h"
#include "base/cleanup.h"
#include "budget/init.h"
#include "budget/read.h"
#include "budget/update.h"
#include "cli/check/judging.h"
#include "cli/check/page.h"
#include "cli/leaks/options.h"
#include "cli/line/command.h"
#include "cli/line/exit_codes.h"
#include "cli/line/finding_outputs.h"
#include "cli/line/message.h"
#include "cli/line/option_rows.h"
#include "cli/line/output.h"
#include "cli/session/launch.h"
#include "cli/session/profile_name.h"
#include "model/dropped.h"
#include "pprof/write_file.h"
#include "report/check_json.h"
#include "report/terminal.h"

#include <string.h>

static struct option_list base_files;
static const char *budget_file, *output, *page;
static int64_t operations;
static bool json, color = true, quiet, init, update;
static bool unwritten; /* a file could not be written; that has been said */

static const struct option_spec budget_specs[] = {
    {.name = "budget",
     .argument = "FILE",
     .help = "Judge by the limits in FILE (docs/BUDGETS.md describes it), not by the default ones",
     .kind = OPTION_STRING,
     .value = &budget_file},
    {.name = "ops",
     .argument = "N",
     .help = "The program made N operations: what limits per operation divide by",
     .kind = OPTION_INTEGER,
     .value = &operations,
     .min = 1,
     .max = INT64_MAX},
    {.name = "init",
     .help = "Write a budget that NEW keeps, with some headroom, to the file that --budget names "
             "(default memprof.yaml), and judge nothing",
     .kind = OPTION_FLAG,
     .value = &init},
    {.name = "update",
     .help = "If all limits hold, lower those in the budget file that leave more headroom than "
             "--init would",
     .kind = OPTION_FLAG,
     .value = &update},
    {0},
};
static const struct option_group budget_options = {"Budget", budget_specs};

static const struct option_spec comparison_specs[] = {
    {.name = "base",
     .argument = "FILE",
     .help = "Compare with this profile, or those in this folder; may be repeated: several runs "
             "of the same program tell how far runs differ by themselves",
     .kind = OPTION_LIST,
     .value = &base_files},
    {0},
};
static const struct option_group comparison_options = {"Comparison", comparison_specs};

static const struct option_spec report_specs[] = {
    {.name = "output",
     .short_name = 'o',
     .argument = "FILE",
     .help =
         "Write the profile of PROGRAM, with what it lost, to FILE: a base for other checks; %n "
         "is the program's name, %p its pid, %t its start time",
     .kind = OPTION_STRING,
     .value = &output},
    {.name = "page",
     .argument = "FILE",
     .help = "Also write a page for a browser to FILE: the verdicts, and the first profile that is "
             "over, or the first; with one base, the difference from that",
     .kind = OPTION_STRING,
     .value = &page},
    {.name = "quiet",
     .short_name = 'q',
     .help = "Print nothing if all limits hold",
     .kind = OPTION_FLAG,
     .value = &quiet},
    OPTION_ROW_JSON(json),
    OPTION_ROW_COLOR(color),
    {0},
};
static const struct option_group report_options = {"Report", report_specs};

/* Where stdout belongs to the program that was run, or to a report for a machine, text goes to
 * stderr. */
static FILE *text_out(const struct judging *judging) {
  return judging->has_program || finding_outputs_take_stdout() ? stderr : stdout;
}

static void print_pass(const struct checked_program *program, size_t n) {
  unsigned missed = program->n_unchecked;
  char without[100] = "";
  if (missed)
    snprintf(without, sizeof(without),
             ", without %u other process%s, which could not be recorded or checked", missed,
             missed == 1 ? "" : "es");
  message("%s: passed, %zu comparison%s%s", program->name, n, n == 1 ? "" : "s", without);
}

/* True when there is nothing to report: the tests of a program want no noise. */
static bool is_fine(const struct judging *judging) {
  size_t n = 0;
  for (size_t i = 0; i < judging->verdicts.count; i++) {
    if (judging->verdicts.data[i]->n_over || judging->verdicts.data[i]->n_insufficient ||
        *judging->verdicts.data[i]->incomplete)
      return false;
    n += judging->verdicts.data[i]->n_ok;
  }
  if (judging->has_program && !quiet && !json)
    print_pass(&judging->program, n);
  return judging->has_program || quiet;
}

static struct error *check_print(const struct judging *judging) {
  const struct verdict *const *verdicts = (const struct verdict *const *)judging->verdicts.data;
  FILE *out = text_out(judging);
  if (!json && is_fine(judging))
    return NULL;
  struct check_style style = {terminal_columns(out), color && terminal_colour(out)};
  return json ? report_check_json(verdicts, judging->verdicts.count, judging->program.unchecked,
                                  stdout)
              : report_check(verdicts, judging->verdicts.count, &style, out);
}

static const char *budget_path(void) {
  return budget_file ? budget_file : "memprof.yaml";
}

static struct error *write_budget(const struct judging *judging) {
  const char *path = budget_path();
  const struct check_input *new = &judging->inputs.news.data[0];
  _cleanup_sites_ struct sites *sites = NULL;
  if (judging->inputs.news.count != 1)
    return error_create(ERROR_BAD_INPUT, "check --init: give one profile to make a budget from");
  if (profile_is_incomplete(new->profile))
    return error_create(ERROR_CANNOT,
                        "check --init: %s: not all allocations were recorded, so no budget can be "
                        "made from it; record it again where there is more room",
                        new->name);
  struct error *err = sites_create(NULL, NULL, 0, new->profile, new->name, &sites);
  if (!err)
    err = budget_init(path, sites);
  if (!err && strcmp(path, "-") != 0)
    message("wrote %s", path);
  return err;
}

static struct error *update_budget(const struct judging *judging, const struct budget *budget) {
  struct budget_changes changes = {0};
  struct error *err = budget_update(budget, (const struct sites *const *)judging->sites.data,
                                    judging->sites.count, &changes);
  for (size_t i = 0; i < changes.count && !err; i++)
    message("%s:%d: %s: lowered from %s to %s", budget->path, changes.data[i].line,
            changes.data[i].metric, changes.data[i].from, changes.data[i].to);
  if (!err && !changes.count)
    message("%s: every limit is tight already", budget->path);
  budget_changes_deinit(&changes);
  return err;
}

static struct error *read_budget(struct budget **ret) {
  if (update && !budget_file)
    return error_create(ERROR_BAD_INPUT, "check --update: say which file with --budget");
  return budget_file ? budget_read(budget_file, ret) : NULL;
}

/* A verdict must not be lost with a file. */
static void tell_unwritten(struct error *err) {
  unwritten |= err != NULL;
  if (err)
    command_error(err);
}

static struct error *write_page(const struct judging *judging) {
  if (page)
    tell_unwritten(check_page_write(judging, page));
  return NULL;
}

static int status_of(const struct judging *judging) {
  return unwritten ? EXIT_USAGE : judging_status(judging);
}

static struct error *check_profiles(struct judging *judging, const struct budget *budget) {
  struct budget used = budget ? *budget : *budget_default();
  used.n_operations = (double)operations;
  struct error *err = judging_run(judging, &used);
  if (!err)
    err = check_print(judging);
  if (!err)
    tell_unwritten(judging_write_findings(judging, json ? stderr : text_out(judging)));
  if (!err && update && judging_status(judging) == EXIT_OK)
    err = update_budget(judging, &used);
  return err ? err : write_page(judging);
}

/* Recognizes `check [OPTION...] -- PROGRAM...`: the parser has left the dashes before the operands.
 */
static bool is_program(int n_operands, char **operands) {
  return n_operands && !strcmp(operands[-1], "--");
}

/* The exit status after a program was run: the program's own failure is passed on, after the
 * report. */
static int status_with_program(const struct judging *judging) {
  int status = judging_status(judging);
  if (judging->program.status <= 0)
    return status_of(judging);
  message("the program itself ended with status %d%s", judging->program.status,
          status == EXIT_CHECK_FAILED ? ", which is passed on; it is over its limits, too" : "");
  return judging->program.status;
}

static struct error *write_profile(const struct checked_program *program) {
  _cleanup_free_ char *path = NULL;
  const char *executable =
      program->profile->n_mappings ? program->profile->mappings[0].file : program->name;
  if (!output)
    return NULL;
  struct error *err = profile_name_expand(
      output, executable, program->pid, (uint64_t)program->profile->time_nanos / 1000000000, &path);
  return err ? err : pprof_write_file(program->profile, path);
}

static struct error *add_program(struct judging *judging) {
  struct checked_program *program = &judging->program;
  tell_unwritten(write_profile(program));
  struct error *err = check_inputs_add(&judging->inputs, program->name, program->profile);
  program->profile = NULL;
  return err;
}

/* With neither budget nor base there are the leaks to judge, unless the program turned them off. */
static bool is_moot(const struct judging *judging) {
  return !budget_file && !base_files.count &&
         (judging->program.turned_off || judging->program.unchecked);
}

/* With nothing but leaks to judge, and no check for them, there is no verdict: only the findings
 * say so. */
static struct error *check_program_at_end(struct judging *judging, const struct budget *budget) {
  if (init)
    return write_budget(judging);
  if (!is_moot(judging))
    return check_profiles(judging, budget);
  struct error *err = judging_write_findings(judging, text_out(judging));
  return err ? err : write_page(judging);
}

static struct error *check_outputs(void) {
  struct error *err = output_check(output, OUTPUT_REPLACED);
  if (!err && output)
    err = output_check_binary(output);
  if (!err && page)
    err = output_check(page, OUTPUT_IN_PLACE);
  if (!err && init)
    err = output_check(budget_path(), OUTPUT_IN_PLACE);
  return err ? err : finding_outputs_check();
}

/* The budget and the bases are read first: their errors are reported before the program runs. */
static int run_program(struct judging *judging, const struct budget *budget, char **argv) {
  int failed = -1;
  struct error *err = check_inputs_read(&judging->inputs, &base_files, 0, NULL);
  if (!err)
    err = check_outputs();
  if (!err &&
      (json || finding_outputs_take_stdout() || output_is_stdout(output) || output_is_stdout(page)))
    launch_keep_stdout();
  if (!err)
    err = check_program(argv, &judging->program, &failed);
  judging->has_program = !err;
  if (!err)
    err = judging->program.profile
              ? add_program(judging)
              : error_create(ERROR_CANNOT,
                             "%s left no recording: it ended before its first instruction "
                             "or was not allowed to write one",
                             argv[0]);
  if (!err)
    err = check_program_at_end(judging, budget);
  if (!err)
    return status_with_program(judging);
  int code = command_error(err);
  return failed > 0 ? failed : code; /* a program that ended well is no verdict */
}

static int run_files(struct judging *judging, const struct budget *budget, int n, char **files) {
  struct error *err = check_inputs_read(&judging->inputs, &base_files, n, files);
  if (!err && output)
    err = error_create(ERROR_BAD_INPUT, "check: --output goes with a program to run, after --");
  if (!err)
    err = init ? write_budget(judging) : check_profiles(judging, budget);
  return err ? command_error(err) : status_of(judging);
}

static int check_run(int n_operands, char **operands) {
  struct judging judging = {0};
  _cleanup_budget_ struct budget *budget = NULL;
  struct error *err = init ? NULL : read_budget(&budget);
  if (err)
    return command_error(err);
  int status = is_program(n_operands, operands) ? run_program(&judging, budget, operands)
                                                : run_files(&judging, budget, n_operands, operands);
  judging_deinit(&judging);
  return status;
}

const struct command command_check = {
    .name = "check",
    .summary = "Fail if a program allocates or loses more than it may",
    .synopsis =
        "[OPTION...] [--base FILE]... NEW...\n[OPTION...] [--base FILE]... -- PROGRAM [ARG...]",
    .example = "check --base before.pb.gz after.pb.gz",
    .details =
        "Without a budget, each profile NEW is compared with its bases: no figure may grow, "
        "neither of the program as a whole nor of any site, by 4 KiB, or 16 objects, or more; and "
        "nothing may be lost, where the profile tells. Sites are matched by the names of their "
        "functions: moved lines, renamed functions and calls put in between are not growth.\n\n"
        "NEW and bases can be folders: of their profiles each is compared with the bases of a "
        "program of the same name.\n\n"
        "A PROGRAM is run with every allocation recorded, checked for leaks as by `memprof leaks`, "
        "and judged: all its processes together. The report then goes to standard error.\n\n"
        "Exact profiles are compared exactly. A sampled figure is over its limit only if chance "
        "in sampling does not explain it.\n\n"
        "The exit status is 0 if all limits hold, 1 if one does not, 2 for bad input and 3 if "
        "something could not be checked. A program's own failure is passed on.",
    .groups = (const struct option_group *const[]){&budget_options, &comparison_options,
                                                   &leaks_suppression_options, &report_options,
                                                   &finding_options, NULL},
    .min_operands = 1,
    .max_operands = OPERANDS_ANY,
    .operands = OPERANDS_PROFILES,
    .run = check_run,
};
