#include "cli/input/input.h"
#include "cli/input/report_options.h"
#include "cli/line/command.h"
#include "cli/line/exit_codes.h"
#include "cli/line/message.h"
#include "model/unit.h"

#include <string.h>

static double node_fraction = -1;

static struct error *parse_fraction(const struct option_spec *spec, const char *argument) {
  double fraction = -1;
  if (unit_parse_percent(argument, &fraction) && strchr(argument, '%'))
    fraction /= 100;
  if (!(fraction >= 0 && fraction <= 1))
    return error_create(ERROR_BAD_INPUT, "option '--%s': '%s' is not a share; write 0.01 or 1%%",
                        spec->name, argument);
  node_fraction = fraction;
  return NULL;
}

static int64_t rows;

static const struct option_spec specs[] = {
    {.name = "nodefraction",
     .argument = "F",
     .help = "Leave out what is below this part of the total: 0.005 or 0.5% (default: 1%, with "
             "--json 0)",
     .kind = OPTION_CALLBACK,
     .parse = parse_fraction},
    {.name = "nodecount",
     .short_name = 'n',
     .argument = "N",
     .help = "Show at most N rows (default: 0, all)",
     .kind = OPTION_INTEGER,
     .value = &rows},
    {0},
};
static const struct option_group tree_options = {"Rows", specs};

static int run(int n_operands, char **operands) {
  (void)n_operands;
  _cleanup_profile_ struct profile *profile = NULL;
  struct report_options options;
  struct error *err =
      report_options_open(operands[0], REPORT_FOLD | REPORT_MEANS, 0, &profile, &options);
  if (err)
    return command_error(err);
  options.limit = rows;
  options.node_fraction = node_fraction >= 0 ? node_fraction : options.json ? 0 : 0.01;
  err = report_tree(profile, &options, stdout);
  return err ? command_error(err) : EXIT_OK;
}

const struct command command_tree = {
    .name = "tree",
    .summary = "Show where memory goes by call path",
    .synopsis = "[OPTION...] [FILE]",
    .details = "Without FILE the newest profile (*.pb.gz) in the current folder is taken.\n\n"
               "From the roots (main, thread starts) down to the functions that allocate, the "
               "heaviest first. Each branch begins with '+'; frames below it at the same "
               "indentation are calls in which nothing branches.",
    .groups = (const struct option_group *const[]){&figure_options, &tree_options, &group_options,
                                                   &filter_options, &input_options, &output_options,
                                                   NULL},
    .min_operands = 0,
    .max_operands = 1,
    .operands = OPERANDS_PROFILES,
    .run = run,
};
