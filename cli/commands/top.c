#include "cli/input/input.h"
#include "cli/input/report_options.h"
#include "cli/line/command.h"
#include "cli/line/exit_codes.h"
#include "cli/line/message.h"
#include "cli/session/name_advice.h"

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

static struct error *top(const char *path) {
  _cleanup_profile_ struct profile *profile = NULL;
  _cleanup_strbuf_ struct strbuf foot = STRBUF_INIT;
  struct report_options options;
  struct error *err = report_options_open(path, REPORT_FOLD | REPORT_GROUPS | REPORT_MEANS, ROWS,
                                          &profile, &options);
  if (err)
    return err;
  options.temporaries = temporaries;
  if (!options.json)
    name_advice_append(&foot, "", profile, &options.nameless, options.profile_name);
  options.foot = strbuf_failed(&foot) ? NULL : foot.data;
  return report_top(profile, &options, stdout);
}

static int run(int n_operands, char **operands) {
  (void)n_operands;
  struct error *err = top(operands[0]);
  return err ? command_error(err) : EXIT_OK;
}

const struct command command_top = {
    .name = "top",
    .summary = "Show which functions allocate most",
    .synopsis = "[OPTION...] [FILE]",
    .details =
        "FILE is a profile of memprof, or any heap profile in pprof's format; '-' is standard "
        "input, and a folder stands for the sum of the profiles (*.pb.gz) in it. Without FILE the "
        "newest profile (*.pb.gz) in the current folder is taken. Columns: "
        "flat, what the function allocates itself; sum%, the share of the total "
        "in this and the rows above; cum, what it and all that it calls allocate. Sampled "
        "figures carry their 95% interval: +- 0.8, or its two ends where a figure rests on few "
        "samples; terminals of less than 110 columns then do without sum%, cum% and the interval "
        "of cum. With --sample-index=lifetime the columns are means: how long "
        "the blocks lived that a function allocated and that were freed.\n\n"
        "If most of the profile lies in code without names, the last lines say which package "
        "(of dpkg or rpm) or debuginfod server has them.",
    .groups =
        (const struct option_group *const[]){&figure_options, &top_options, &row_options,
                                             &granularity_options, &group_options, &filter_options,
                                             &input_options, &output_options, NULL},
    .min_operands = 0,
    .max_operands = 1,
    .operands = OPERANDS_PROFILES,
    .run = run,
};
