#include "cli/input/input.h"
#include "cli/input/report_options.h"
#include "cli/line/command.h"

static int run(int n_operands, char **operands) {
  (void)n_operands;
  return report_options_run(operands[1], report_peek, operands[0], 0);
}

const struct command command_peek = {
    .name = "peek",
    .summary = "Show the callers and callees of functions that match",
    .synopsis = "[OPTION...] REGEX FILE",
    .details = "The percentages beside callers and callees are of the function's own cum figure.",
    .groups =
        (const struct option_group *const[]){&figure_options, &granularity_options, &filter_options,
                                             &input_options, &output_options, NULL},
    .min_operands = 2,
    .max_operands = 2,
    .operands = OPERANDS_FILES,
    .run = run,
};
