#include "base/strbuf.h"
#include "cli/input/input.h"
#include "cli/input/report_options.h"
#include "cli/line/command.h"
#include "cli/line/exit_codes.h"
#include "cli/line/message.h"
#include "cli/line/option_rows.h"
#include "cli/line/output.h"
#include "pprof/write_file.h"

#include <stdio.h>

/* The formats: what --to calls them, and the report that writes them; pprof's own has none. A new
 * format is one line here, and a word in the help below. */
#define FORMATS(X)                                                                                 \
  X("folded", report_folded)                                                                       \
  X("speedscope", report_speedscope)                                                               \
  X("dhat", report_dhat)                                                                           \
  X("csv", report_csv)                                                                             \
  X("text", report_text)                                                                           \
  X("pprof", NULL)
#define NAME_OF(name, report) name,
#define REPORT_OF(name, report) report,

static const char *const format_names[] = {FORMATS(NAME_OF) NULL};
static report_fn *const format_reports[] = {FORMATS(REPORT_OF)};

static int format = -1; /* not given */
static const char *output;

static const struct option_spec specs[] = {
    {.name = "to",
     .argument = "FORMAT",
     .help =
         "folded (flame graph stacks), speedscope, dhat (valgrind's viewer), csv, text or pprof",
     .kind = OPTION_CHOICE,
     .value = &format,
     .choices = format_names},
    OPTION_ROW_OUTPUT(output),
    {0},
};
static const struct option_group convert_options = {"Conversion", specs};

static struct error *write_report(const struct profile *profile,
                                  const struct report_options *options) {
  FILE *out;
  struct error *err = output_open(output, &out);
  if (err)
    return err;
  err = format_reports[format](profile, options, out);
  struct error *close_err = output_close(output, out);
  if (err)
    error_destroy(close_err);
  return err ? err : close_err;
}

static struct error *no_format(void) {
  _cleanup_strbuf_ struct strbuf names = STRBUF_INIT;
  for (size_t i = 0; format_names[i]; i++)
    strbuf_appendf(&names, "%s%s", !i ? "" : format_names[i + 1] ? ", " : " or ", format_names[i]);
  return strbuf_failed(&names)
             ? &error_no_memory
             : error_create(ERROR_BAD_INPUT, "convert needs --to=FORMAT: %s", names.data);
}

static struct error *convert(const char *path) {
  _cleanup_profile_ struct profile *profile = NULL;
  struct report_options options;
  if (format < 0)
    return no_format();
  bool is_report = format_reports[format] != NULL;
  struct error *err = is_report ? NULL : output_check_binary(output);
  /* A pprof file stays complete, because its reader prunes it. */
  if (!err)
    err = report_options_open(path, is_report ? REPORT_PRUNE : 0, 0, &profile, &options);
  if (err)
    return err;
  return is_report ? write_report(profile, &options)
                   : pprof_write_file(profile, output ? output : "-");
}

static int run(int n_operands, char **operands) {
  (void)n_operands;
  struct error *err = convert(operands[0]);
  return err ? command_error(err) : EXIT_OK;
}

const struct command command_convert = {
    .name = "convert",
    .summary = "Write a profile in another tool's format",
    .synopsis = "--to=FORMAT [OPTION...] [FILE]",
    .details = "folded holds one figure, which --sample-index chooses; the others hold all. "
               "Without FILE the newest profile (*.pb.gz) in the current folder is taken. "
               "Open speedscope files at https://www.speedscope.app, dhat files with valgrind's "
               "dh_view.html.",
    .groups = (const struct option_group *const[]){&convert_options, &figure_options,
                                                   &filter_options, &input_options, NULL},
    .min_operands = 0,
    .max_operands = 1,
    .operands = OPERANDS_PROFILES,
    .run = run,
};
