#include "model/merge.h"
#include "base/cleanup.h"
#include "cli/input/input.h"
#include "cli/line/command.h"
#include "cli/line/exit_codes.h"
#include "cli/line/message.h"
#include "cli/line/option_rows.h"
#include "cli/line/output.h"
#include "pprof/write_file.h"

static const char *output;

static const struct option_spec specs[] = {
    OPTION_ROW_OUTPUT(output),
    {0},
};
static const struct option_group merge_options = {"Output", specs};

static struct error *merge(char **paths, size_t n, struct profile **profiles) {
  struct error *err = output_check_binary(output);
  for (size_t i = 0; !err && i < n; i++)
    err = input_read_raw(paths[i], &profiles[i]);
  _cleanup_profile_ struct profile *sum = NULL;
  if (!err)
    err =
        profile_merge((const struct profile *const *)profiles, (const char *const *)paths, n, &sum);
  return err ? err : pprof_write_file(sum, output ? output : "-");
}

static int run(int n_operands, char **operands) {
  size_t n = (size_t)n_operands;
  _cleanup_free_ struct profile **profiles = calloc(n, sizeof(*profiles));
  struct error *err = profiles ? merge(operands, n, profiles) : &error_no_memory;
  for (size_t i = 0; profiles && i < n; i++)
    profile_destroy(profiles[i]);
  return err ? command_error(err) : EXIT_OK;
}

const struct command command_merge = {
    .name = "merge",
    .summary = "Add profiles up into one",
    .synopsis = "[-o FILE] FILE...",
    .example = "merge -o sum.pb.gz memprof.shop.*.pb.gz",
    .details = "The profiles must hold the same figures. The result is a pprof file.",
    .groups = (const struct option_group *const[]){&merge_options, &input_options, NULL},
    .min_operands = 1,
    .max_operands = OPERANDS_ANY,
    .operands = OPERANDS_PROFILES,
    .run = run,
};
