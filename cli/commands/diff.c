#include "report/diff.h"

#include "cli/input/input.h"
#include "cli/input/profile_files.h"
#include "cli/input/report_options.h"
#include "cli/line/command.h"
#include "cli/line/exit_codes.h"
#include "cli/line/message.h"
#include "model/fold.h"

#include <stdlib.h>

enum { ROWS = 20 };

static struct diff_report report;

static const struct option_spec specs[] = {
    {.name = "stacks",
     .help = "Compare whole stacks, not functions",
     .kind = OPTION_FLAG,
     .value = &report.stacks},
    {.name = "certain",
     .help = "Leave out what may be chance: changes that sampling explains",
     .kind = OPTION_FLAG,
     .value = &report.certain_only},
    {.name = "unchanged",
     .help = "List what did not change, too",
     .kind = OPTION_FLAG,
     .value = &report.unchanged},
    {0},
};
static const struct option_group diff_options = {"Comparison", specs};

static struct error *compare(char **operands) {
  _cleanup_profile_ struct profile *base = NULL, *new = NULL;
  _cleanup_diff_ struct diff *diff = NULL;
  struct report_options base_options, options;
  struct error *err = report_options_open(operands[0], REPORT_PRUNE | REPORT_GROUPS | REPORT_MEANS,
                                          ROWS, &base, &base_options);
  if (!err)
    err = report_options_open(operands[1], REPORT_PRUNE | REPORT_GROUPS | REPORT_MEANS, ROWS, &new,
                              &options);
  if (!err && !report.stacks && !options.all_frames)
    err = profile_fold_alike(base, new);
  if (!err)
    err = diff_create(base, new, new->sample_types[options.type].type, &diff);
  if (err)
    return err;
  report.base_name = operands[0];
  report.new_name = operands[1];
  report.base = base;
  report.new = new;
  report.by_cum = options.order == GRAPH_BY_CUM;
  return report_diff(diff, &report, &options, stdout);
}

static int run(int n_operands, char **operands) {
  char *newest[2] = {NULL, NULL};
  struct error *err = NULL;
  if (n_operands == 1)
    err = error_create(ERROR_BAD_INPUT,
                       "diff: NEW is missing; give the earlier profile and the later, as in: "
                       "memprof diff %s after.pb.gz; or none, for the two newest here",
                       operands[0]);
  else if (!n_operands)
    err = newest_profiles(2, newest);
  if (!err)
    err = compare(n_operands ? operands : newest);
  free(newest[0]);
  free(newest[1]);
  return err ? command_error(err) : EXIT_OK;
}

const struct command command_diff = {
    .name = "diff",
    .summary = "Show what changed from one profile to another",
    .synopsis = "[OPTION...] [BASE NEW]",
    .details =
        "Without BASE and NEW the two newest profiles (*.pb.gz) in the current folder are "
        "compared, the older one as BASE.\n\n"
        "A function's figure is what it is responsible for, as in memprof top; what allocator "
        "functions, containers and the C library do counts for their callers, unless --all-frames "
        "is given. Functions are matched by their names, so that moved lines and rebuilt or "
        "relocated "
        "binaries do not look like changes. The column 'sure' says whether a change is more than "
        "chance in sampling makes of two runs of the same program in 95 of 100 cases; exact "
        "figures have no error.",
    .groups = (const struct option_group *const[]){&figure_options, &diff_options, &row_options,
                                                   &group_options, &filter_options, &input_options,
                                                   &output_options, NULL},
    .min_operands = 0,
    .max_operands = 2,
    .operands = OPERANDS_PROFILES,
    .run = run,
};
