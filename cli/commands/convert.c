#include "cli/input/input.h"
#include "cli/input/report_options.h"
#include "cli/line/command.h"
#include "cli/line/exit_codes.h"
#include "cli/line/message.h"
#include "cli/line/output.h"
#include "pprof/encode.h"

#include <stdio.h>

static const char *const formats[] = {"folded", "speedscope", "dhat", "csv", "text", "pprof", NULL};
static report_fn *const reports[] = {report_folded, report_speedscope, report_dhat, report_csv,
                                     report_text};
enum { FORMAT_PPROF = 5, FORMAT_NONE = -1 };

static int format = FORMAT_NONE;
static const char *output;

static const struct option_spec specs[] = {
    {"to", 0, "FORMAT",
     "folded (flame graph stacks), speedscope, dhat (valgrind's viewer), csv, text or pprof",
     OPTION_CHOICE, &format, .choices = formats},
    {"output", 'o', "FILE", "Write to FILE (default: standard output)", OPTION_STRING, &output},
    {0},
};
static const struct option_group convert_options = {"Conversion", specs};

static struct error *write_report(const struct profile *profile,
                                  const struct report_options *options) {
  FILE *out;
  struct error *err = output_open(output, &out);
  if (err)
    return err;
  err = reports[format](profile, options, out);
  struct error *close_err = output_close(output, out);
  if (err)
    error_destroy(close_err);
  return err ? err : close_err;
}

static struct error *convert(const char *path) {
  if (format == FORMAT_NONE)
    return error_create(ERROR_BAD_INPUT, "convert needs --to=FORMAT: folded, speedscope, dhat, "
                                         "csv, text or pprof");
  /* pprof to pprof stays complete: who reads it prunes. */
  _cleanup_profile_ struct profile *profile = NULL;
  struct report_options options;
  struct error *err = format == FORMAT_PPROF ? output_check_binary(output) : NULL;
  if (!err)
    err =
        report_options_open(path, format == FORMAT_PPROF ? 0 : REPORT_PRUNE, 0, &profile, &options);
  if (err)
    return err;
  return format == FORMAT_PPROF ? pprof_write_file(profile, output ? output : "-")
                                : write_report(profile, &options);
}

static int run(int n_operands, char **operands) {
  (void)n_operands;
  struct error *err = convert(operands[0]);
  return err ? command_error(err) : EXIT_FINE;
}

const struct command command_convert = {
    .name = "convert",
    .summary = "Write a profile in another tool's format",
    .synopsis = "--to=FORMAT [OPTION...] FILE",
    .details = "folded holds one figure, which --sample-index chooses; the others hold all. "
               "Open speedscope files at https://www.speedscope.app, dhat files with valgrind's "
               "dh_view.html.",
    .groups = (const struct option_group *const[]){&convert_options, &figure_options,
                                                   &filter_options, &input_options, NULL},
    .min_operands = 1,
    .max_operands = 1,
    .operands = OPERANDS_FILES,
    .run = run,
};
