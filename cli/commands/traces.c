#include "cli/input/input.h"
#include "cli/input/report_options.h"
#include "cli/line/command.h"

static int run(int n_operands, char **operands) {
  (void)n_operands;
  return report_options_run(operands[0], 0, report_traces, NULL, 0);
}

const struct command command_traces = {
    .name = "traces",
    .summary = "Show every sample with its labels and its stack",
    .synopsis = "[OPTION...] [FILE]",
    .details =
        "The allocating call comes first, its callers below it. Without FILE the newest profile "
        "(*.pb.gz) in the current folder is taken.",
    .groups =
        (const struct option_group *const[]){&figure_options, &granularity_options, &filter_options,
                                             &input_options, &output_options, NULL},
    .min_operands = 0,
    .max_operands = 1,
    .operands = OPERANDS_PROFILES,
    .run = run,
};
