#include "cli/input/report_options.h"

#include "cli/input/figure_options.h"
#include "cli/input/input.h"
#include "cli/input/profile_files.h"
#include "cli/line/exit_codes.h"
#include "cli/line/message.h"
#include "cli/line/option_rows.h"
#include "model/filter.h"
#include "model/fold.h"
#include "model/group.h"
#include "model/prune.h"
#include "model/totals.h"
#include "report/lifetimes.h"
#include "report/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct profile_filter filter;
static int granularity = GRAPH_FUNCTIONS, order = GRAPH_BY_FLAT;
static int64_t nodecount = -1;
static const char *group;
static bool json, color = true, all_frames;

static const struct option_spec filter_specs[] = {
    {.name = "focus",
     .argument = "REGEX",
     .help = "Keep only samples with a matching function, source file or object file",
     .kind = OPTION_STRING,
     .value = &filter.focus},
    {.name = "ignore",
     .argument = "REGEX",
     .help = "Drop samples with a match",
     .kind = OPTION_STRING,
     .value = &filter.ignore},
    {.name = "all-frames",
     .help =
         "Show allocation functions, containers, the C library and code without a name as "
         "functions of their own, and every frame of stacks; by default what they allocate is "
         "shown as that of the function they serve, and the start of a program or thread is one "
         "line",
     .kind = OPTION_FLAG,
     .value = &all_frames},
    {.name = "hide",
     .argument = "REGEX",
     .help = "Leave matching frames out of stacks",
     .kind = OPTION_STRING,
     .value = &filter.hide},
    {.name = "show",
     .argument = "REGEX",
     .help = "Leave all other frames out of stacks",
     .kind = OPTION_STRING,
     .value = &filter.show},
    {.name = "show-from",
     .argument = "REGEX",
     .help = "Cut stacks above the first match, as seen from the root",
     .kind = OPTION_STRING,
     .value = &filter.show_from},
    {.name = "tagfocus",
     .argument = "TAG",
     .help =
         "Keep only samples with a matching label: REGEX, KEY=REGEX, or a range such as 32KB:64KB",
     .kind = OPTION_STRING,
     .value = &filter.tagfocus},
    {.name = "tagignore",
     .argument = "TAG",
     .help = "Drop samples with a matching label",
     .kind = OPTION_STRING,
     .value = &filter.tagignore},
    {0},
};
const struct option_group filter_options = {"Filters", filter_specs};

static const struct option_spec granularity_specs[] = {
    {.name = "functions",
     .help = "One row per function (default)",
     .kind = OPTION_SET,
     .value = &granularity,
     .constant = GRAPH_FUNCTIONS},
    {.name = "lines",
     .help = "One row per source line",
     .kind = OPTION_SET,
     .value = &granularity,
     .constant = GRAPH_LINES},
    {.name = "files",
     .help = "One row per source file",
     .kind = OPTION_SET,
     .value = &granularity,
     .constant = GRAPH_FILES},
    {.name = "addresses",
     .help = "One row an instruction",
     .kind = OPTION_SET,
     .value = &granularity,
     .constant = GRAPH_ADDRESSES},
    {0},
};
const struct option_group granularity_options = {"Granularity", granularity_specs};

static const struct option_spec row_specs[] = {
    {.name = "nodecount",
     .short_name = 'n',
     .argument = "N",
     .help = "Show at most N rows; 0 shows all, which is the default with --json",
     .kind = OPTION_INTEGER,
     .value = &nodecount},
    {.name = "flat",
     .help = "Sort by what functions allocate themselves (default)",
     .kind = OPTION_SET,
     .value = &order,
     .constant = GRAPH_BY_FLAT},
    {.name = "cum",
     .help = "Sort by what functions and all they call allocate",
     .kind = OPTION_SET,
     .value = &order,
     .constant = GRAPH_BY_CUM},
    {0},
};
const struct option_group row_options = {"Rows", row_specs};

static const char *const groups[] = {GROUP_BY_THREAD, GROUP_BY_MODULE, GROUP_BY_TAG, GROUP_BY_TYPE,
                                     NULL};

static struct error *parse_group(const struct option_spec *spec, const char *argument) {
  (void)spec;
  group = argument;
  return NULL;
}

static struct error *parse_types(const struct option_spec *spec, const char *argument) {
  (void)argument;
  return parse_group(spec, GROUP_BY_TYPE);
}

static const struct option_spec group_specs[] = {
    {.name = "by",
     .argument = "GROUP",
     .help = "Group by thread (recorded with --threads), module (program or library), tag (the "
             "labels that the program gave), type (of what was allocated), or the key of a label",
     .kind = OPTION_CALLBACK,
     .parse = parse_group,
     .choices = groups},
    {.name = "types", .help = "Group by type", .kind = OPTION_CALLBACK, .parse = parse_types},
    {0},
};
const struct option_group group_options = {"Grouping", group_specs};

static const struct option_spec output_specs[] = {
    OPTION_ROW_JSON(json),
    OPTION_ROW_COLOR(color),
    {0},
};
const struct option_group output_options = {"Output", output_specs};

static void warn_unmatched(const struct profile_filter_matched *matched) {
  const struct {
    bool matched;
    const char *name, *pattern;
  } all[] = {
      {matched->focus, "focus", filter.focus},
      {matched->ignore, "ignore", filter.ignore},
      {matched->hide, "hide", filter.hide},
      {matched->show, "show", filter.show},
      {matched->show_from, "show-from", filter.show_from},
      {matched->tagfocus, "tagfocus", filter.tagfocus},
      {matched->tagignore, "tagignore", filter.tagignore},
  };
  for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
    if (!all[i].matched)
      message("--%s=%s matched nothing", all[i].name, all[i].pattern);
}

void report_options_style(int64_t text_limit, struct report_options *options) {
  *options = (struct report_options){
      .granularity = (enum graph_granularity)granularity,
      .order = (enum graph_order)order,
      .limit = nodecount >= 0 ? nodecount
               : json         ? 0
                              : text_limit,
      .unit = figure_options_unit(),
      .columns = terminal_fits(stdout) ? terminal_columns(stdout) : 0,
      .colour = color && terminal_colour(stdout),
      .json = json,
      .all_frames = all_frames,
  };
}

struct error *report_options_regex(const char *command, int n_operands, char **operands) {
  if (n_operands != 1 || access(operands[0], F_OK) < 0)
    return NULL;
  return error_create(ERROR_BAD_INPUT,
                      "%s: REGEX is missing: it comes before FILE, as in: memprof %s '^parse' %s",
                      command, command, operands[0]);
}

static struct error *take_newest(const char **ret) {
  static char *name; /* reports point to it until the process ends */
  struct error *err = newest_profiles(1, &name);
  *ret = name;
  return err;
}

static struct error *group_samples(struct profile *profile, const char *path, int flags) {
  bool any;
  struct error *err =
      profile_group(profile, group, flags & REPORT_GROUPS ? GROUP_ALONE : GROUP_ROOT, &any);
  if (err || any || !profile->n_samples)
    return err;
  bool threads = !strcmp(group, GROUP_BY_THREAD);
  return error_create(ERROR_BAD_INPUT, "--by=%s: no sample of %s has a %s%s", group, path, group,
                      threads ? "; `memprof run --threads` keeps threads apart" : "");
}

struct error *report_options_open(const char *path, int flags, int64_t text_limit,
                                  struct profile **ret, struct report_options *options) {
  _cleanup_profile_ struct profile *profile = NULL;
  struct profile_filter_matched matched;
  const char *const *via = NULL;
  int type = 0;
  struct error *err = path ? NULL : take_newest(&path);
  if (!err)
    err = input_read(path, &profile);
  if (!err)
    err = figure_options_find_type(profile, path, &type);
  bool fold = flags & REPORT_FOLD && !all_frames;
  struct profile_totals totals;
  if (!err && (flags & REPORT_PRUNE || (fold && !profile_totals(profile, &totals))))
    if ((err = profile_prune(profile)))
      err = error_prefix(err, "%s", path);
  if (!err)
    err = profile_filter(profile, &filter, &matched);
  struct nameless nameless = {0};
  if (!err && flags & REPORT_FOLD)
    err = nameless_find(profile, type, &nameless);
  if (!err && fold)
    err = profile_fold(profile, &via);
  if (!err && group)
    err = group_samples(profile, path, flags);
  if (err)
    return err;
  if (lifetimes_is_type(profile, type) && !(flags & REPORT_MEANS))
    message("lifetimes are sums here; `memprof top` shows means");
  warn_unmatched(&matched);
  report_options_style(text_limit, options);
  options->type = type;
  options->via = group && flags & REPORT_GROUPS ? NULL : via;
  options->nameless = nameless;
  options->profile_name = path;
  *ret = profile;
  profile = NULL;
  return NULL;
}

int report_options_run(const char *path, int flags, report_fn *report, const char *regex,
                       int64_t text_limit) {
  _cleanup_profile_ struct profile *profile = NULL;
  struct report_options options;
  struct error *err =
      report_options_open(path, REPORT_FOLD | flags, text_limit, &profile, &options);
  if (err)
    return command_error(err);
  options.regex = regex;
  err = report(profile, &options, stdout);
  return err ? command_error(err) : EXIT_OK;
}
