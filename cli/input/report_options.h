/* The options that commands on one profile share, and opening the profile by them. */
#pragma once

#include "cli/input/figure_options.h"
#include "cli/line/options.h"
#include "model/profile.h"
#include "report/report.h"

extern const struct option_group filter_options;      /* --focus, --ignore, ... */
extern const struct option_group granularity_options; /* --functions, --lines, ... */
extern const struct option_group row_options;         /* -n, --flat, --cum */
extern const struct option_group group_options;       /* --by */
extern const struct option_group output_options;      /* --json, --no-color */

enum {
  /* The leaf of each stack becomes the function that is responsible (model/fold.h), unless the user
   * asked for all frames. Frames that a profile says to drop are folded too if memprof wrote the
   * profile; if another program did, they are dropped, as by pprof. */
  REPORT_FOLD = 1,
  /* Drop the frames that the profile says to drop: for two profiles that are compared, because each
   * might be folded at other functions. */
  REPORT_PRUNE = 2,
  /* With --by: a row a group, not one a function; else groups are roots of stacks. */
  REPORT_GROUPS = 4,
  /* Lifetimes are shown as means; other reports show their sums, which is said. */
  REPORT_MEANS = 8,
};

/* Reads the profile at `path` (NULL: the newest in the working folder, which it names on stderr),
 * applies the filters to it and says on stderr which of them matched
 * nothing. On success *options holds what the options said; its strings live as long as *ret.
 * `text_limit` is the number of rows without -n; with --json it is all. */
struct error *report_options_open(const char *path, int flags, int64_t text_limit,
                                  struct profile **ret, struct report_options *options);

/* report_options_open and a report of it to stdout: the whole of most commands. Returns the exit
 * status. `regex` may be NULL. */
int report_options_run(const char *path, int flags, report_fn *report, const char *regex,
                       int64_t text_limit);

/* ERROR_BAD_INPUT if the only operand of `command`, which takes REGEX [FILE], is a file. */
struct error *report_options_regex(const char *command, int n_operands, char **operands);

/* Fills in the options that do not depend on a profile: rows, width, colour, JSON. */
void report_options_style(int64_t text_limit, struct report_options *options);
