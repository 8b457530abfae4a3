#include "cli/input/input.h"
#include "cli/input/report_options.h"
#include "cli/line/command.h"
#include "cli/line/message.h"

static int run(int n_operands, char **operands) {
  struct error *err = report_options_regex("peek", n_operands, operands);
  if (err)
    return command_error(err);
  return report_options_run(operands[1], REPORT_MEANS, report_peek, operands[0], 0);
}

const struct command command_peek = {
    .name = "peek",
    .summary = "Show the callers and callees of functions that match",
    .synopsis = "[OPTION...] REGEX [FILE]",
    .example = "peek '^parse' memprof.shop.4711.pb.gz",
    .details = "The percentages beside callers and callees are of the function's own cum figure. "
               "Without FILE the newest profile (*.pb.gz) in the current folder is taken.",
    .groups =
        (const struct option_group *const[]){&figure_options, &granularity_options, &filter_options,
                                             &input_options, &output_options, NULL},
    .min_operands = 1,
    .max_operands = 2,
    .operands = OPERANDS_PROFILES,
    .run = run,
};
