#include "cli/input/input.h"
#include "cli/input/report_options.h"
#include "cli/line/command.h"
#include "cli/line/exit_codes.h"
#include "cli/line/message.h"

enum { ROWS = 10 };

static bool temporaries;

static const struct option_spec specs[] = {
    {.name = "temporaries",
     .help = "Show, too, what was freed again: its bytes, its blocks and their mean life",
     .kind = OPTION_FLAG,
     .value = &temporaries},
    {0},
};
static const struct option_group top_options = {"Columns", specs};

static int run(int n_operands, char **operands) {
  (void)n_operands;
  _cleanup_profile_ struct profile *profile = NULL;
  struct report_options options;
  struct error *err = report_options_open(operands[0], REPORT_FOLD | REPORT_GROUPS | REPORT_MEANS,
                                          ROWS, &profile, &options);
  options.temporaries = temporaries;
  if (!err)
    err = report_top(profile, &options, stdout);
  return err ? command_error(err) : EXIT_OK;
}

const struct command command_top = {
    .name = "top",
    .summary = "Show which functions allocate most",
    .synopsis = "[OPTION...] [FILE]",
    .details =
        "FILE is a profile of memprof, or any heap profile in pprof's format; '-' is standard "
        "input. Without FILE the newest profile (*.pb.gz) in the current folder is taken. Columns: "
        "flat, what the function allocates itself; sum%, the share of the total "
        "in this and the rows above; cum, what it and all that it calls allocate. Sampled "
        "figures carry their 95% interval: +- 0.8, or its two ends where a figure rests on few "
        "samples. With --sample-index=lifetime the columns are means: how long the blocks lived "
        "that a function allocated and that were freed.",
    .groups =
        (const struct option_group *const[]){&figure_options, &top_options, &row_options,
                                             &granularity_options, &group_options, &filter_options,
                                             &input_options, &output_options, NULL},
    .min_operands = 0,
    .max_operands = 1,
    .operands = OPERANDS_PROFILES,
    .run = run,
};
