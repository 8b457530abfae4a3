#include "cli/input/input.h"
#include "cli/input/report_options.h"
#include "cli/line/command.h"

enum { ROWS = 10 };

static int run(int n_operands, char **operands) {
  (void)n_operands;
  return report_options_run(operands[0], report_top, NULL, ROWS);
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
        "samples.",
    .groups = (const struct option_group *const[]){&figure_options, &row_options,
                                                   &granularity_options, &filter_options,
                                                   &input_options, &output_options, NULL},
    .min_operands = 0,
    .max_operands = 1,
    .operands = OPERANDS_PROFILES,
    .run = run,
};
