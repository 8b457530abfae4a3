#include "cli/input/input.h"
#include "cli/input/report_options.h"
#include "cli/line/command.h"
#include "cli/line/exit_codes.h"
#include "cli/line/message.h"

static struct option_list source_path;

static const struct option_spec specs[] = {
    {.name = "source-path",
     .argument = "DIR",
     .help = "Look for source files in this folder, too, by ever shorter endings of their paths; "
             "files outside it and the working folder are not read. May be given several times",
     .kind = OPTION_LIST,
     .value = &source_path},
    {0},
};
static const struct option_group list_options = {"Sources", specs};

static int run(int n_operands, char **operands) {
  _cleanup_profile_ struct profile *profile = NULL;
  struct report_options options;
  struct error *err = report_options_regex("list", n_operands, operands);
  if (!err)
    err = report_options_open(operands[1], REPORT_FOLD | REPORT_MEANS, 0, &profile, &options);
  if (err)
    return command_error(err);
  options.regex = operands[0];
  options.source_path = source_path.data;
  options.n_source_path = source_path.count;
  err = report_list(profile, &options, stdout);
  return err ? command_error(err) : EXIT_OK;
}

const struct command command_list = {
    .name = "list",
    .summary = "Show the source of functions that match, with figures",
    .synopsis = "[OPTION...] REGEX [FILE]",
    .example = "list '^parse' memprof.shop.4711.pb.gz",
    .details = "Source files are looked for where the profile says that they were when the program "
               "was built. Where one is not found, the report says where it looked and shows line "
               "numbers only. Without FILE the newest profile (*.pb.gz) in the current folder is "
               "taken.",
    .groups = (const struct option_group *const[]){&figure_options, &list_options, &filter_options,
                                                   &input_options, &output_options, NULL},
    .min_operands = 1,
    .max_operands = 2,
    .operands = OPERANDS_PROFILES,
    .run = run,
};
