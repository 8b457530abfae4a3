#include "cli/input/input.h"
#include "cli/input/report_options.h"
#include "cli/line/command.h"
#include "cli/line/exit_codes.h"
#include "cli/line/message.h"
#include "report/life_histogram.h"

enum { ROWS = 20 };

/* In the order of enum lives_by. */
static const char *const clocks[] = {"calls", "bytes", "time", NULL};
static int clock_asked = LIVES_BY_CALLS;

static const struct option_spec specs[] = {
    {.name = "clock",
     .argument = "CLOCK",
     .help =
         "Tell lives in calls that allocate or in bytes, both of the object's own thread, or in "
         "time (default calls)",
     .kind = OPTION_CHOICE,
     .value = &clock_asked,
     .choices = clocks},
    {0},
};
static const struct option_group lifetimes_options = {"Options", specs};

static int run(int n_operands, char **operands) {
  (void)n_operands;
  _cleanup_profile_ struct profile *profile = NULL;
  struct report_options options;
  struct error *err = report_options_open(operands[0], REPORT_FOLD, ROWS, &profile, &options);
  if (!err)
    err = report_life_histogram(profile, &options, (enum lives_by)clock_asked, stdout);
  return err ? command_error(err) : EXIT_OK;
}

const struct command command_lifetimes = {
    .name = "lifetimes",
    .summary = "Show how long the objects of each function lived",
    .synopsis = "[OPTION...] [FILE]",
    .details =
        "FILE is a profile of `memprof run --advise`. Each row is a function with the part of its "
        "objects whose lives fall into each class; live ones had not ended when the profile was "
        "made. The first class of --clock=calls is that of temporary objects, which were freed "
        "before their thread allocated anything else.",
    .groups =
        (const struct option_group *const[]){&lifetimes_options, &row_options, &filter_options,
                                             &input_options, &output_options, NULL},
    .min_operands = 0,
    .max_operands = 1,
    .operands = OPERANDS_PROFILES,
    .run = run,
};
