#include "cli/input/report_options.h"

#include "base/strbuf.h"
#include "cli/input/input.h"
#include "cli/line/exit_codes.h"
#include "cli/line/message.h"
#include "cli/line/option_rows.h"
#include "model/filter.h"
#include "model/fold.h"
#include "model/prune.h"
#include "model/sample_types.h"
#include "model/totals.h"
#include "model/unit.h"
#include "report/terminal.h"

#include <stdlib.h>
#include <string.h>

static const char *sample_index, *unit;
static struct profile_filter filter;
static int granularity = GRAPH_FUNCTIONS, order = GRAPH_BY_FLAT;
static int64_t nodecount = -1;
static bool json, color = true, all_frames;

static struct error *parse_unit(const struct option_spec *spec, const char *argument) {
  if (!unit_known(argument))
    return error_create(ERROR_BAD_INPUT,
                        "option '--%s': '%s' is not a unit; use auto, B, KiB, MiB, GiB or TiB",
                        spec->name, argument);
  unit = argument;
  return NULL;
}

static const char *const units[] = {"auto", "B", "KiB", "MiB", "GiB", "TiB", NULL};

static const struct option_spec figure_specs[] = {
    {.name = "sample-index",
     .argument = "NAME",
     .help =
         "Show this figure: alloc_objects, alloc_space, inuse_objects, inuse_space, peak_objects, "
         "peak_space, lifetime, or another that the profile has, by name or number (default: what "
         "the profile says)",
     .kind = OPTION_STRING,
     .value = &sample_index},
    {.name = "unit",
     .argument = "UNIT",
     .help = "Show sizes in this unit (default: auto, a fitting one for each)",
     .kind = OPTION_CALLBACK,
     .parse = parse_unit,
     .choices = units},
    {0},
};
const struct option_group figure_options = {"Figures", figure_specs};

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
     .help = "Show allocation functions, containers and code without a name as functions of their "
             "own, and every frame of stacks; by default what they allocate is shown as that of "
             "the function they serve, and the start of a program or thread is one line",
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

static const struct option_spec output_specs[] = {
    OPTION_ROW_JSON(json),
    OPTION_ROW_COLOR(color),
    {0},
};
const struct option_group output_options = {"Output", output_specs};

const char *report_options_sample_index(void) {
  return sample_index;
}

static struct error *no_such_type(const struct profile *profile, const char *path) {
  _cleanup_strbuf_ struct strbuf names = STRBUF_INIT;
  for (size_t i = 0; i < profile->n_sample_types; i++) {
    strbuf_append(&names, i ? ", " : "");
    strbuf_append(&names, profile->sample_types[i].type);
  }
  if (strbuf_failed(&names))
    return &error_no_memory;
  return error_create(ERROR_BAD_INPUT, "%s has no sample type '%s'; it has %s", path, sample_index,
                      names.data);
}

/* By name or by number, as pprof takes it. */
static struct error *find_type(const struct profile *profile, const char *path, int *ret) {
  int type = sample_type_named(profile, sample_index);
  if (type < 0 && sample_index) {
    char *end;
    unsigned long n = strtoul(sample_index, &end, 10);
    if (sample_index[0] >= '0' && sample_index[0] <= '9' && !*end && n < profile->n_sample_types)
      type = (int)n;
  }
  if (type < 0)
    return no_such_type(profile, path);
  *ret = type;
  return NULL;
}

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
      .unit = unit,
      .columns = terminal_fits(stdout) ? terminal_columns(stdout) : 0,
      .colour = color && terminal_colour(stdout),
      .json = json,
      .all_frames = all_frames,
  };
}

struct error *report_options_open(const char *path, int flags, int64_t text_limit,
                                  struct profile **ret, struct report_options *options) {
  _cleanup_profile_ struct profile *profile = NULL;
  struct profile_filter_matched matched;
  const char *const *via = NULL;
  int type = 0;
  struct error *err = input_read(path, &profile);
  if (!err)
    err = find_type(profile, path, &type);
  bool fold = flags & REPORT_FOLD && !all_frames;
  struct profile_totals totals;
  if (!err && (flags & REPORT_PRUNE || (fold && !profile_totals(profile, &totals))))
    err = profile_prune(profile);
  if (!err)
    err = profile_filter(profile, &filter, &matched);
  struct nameless nameless = {0};
  if (!err && flags & REPORT_FOLD)
    err = nameless_find(profile, type, &nameless);
  if (!err && fold)
    err = profile_fold(profile, &via);
  if (err)
    return err;
  warn_unmatched(&matched);
  report_options_style(text_limit, options);
  options->type = type;
  options->via = via;
  options->nameless = nameless;
  options->profile_name = path;
  *ret = profile;
  profile = NULL;
  return NULL;
}

int report_options_run(const char *path, report_fn *report, const char *regex, int64_t text_limit) {
  _cleanup_profile_ struct profile *profile = NULL;
  struct report_options options;
  struct error *err = report_options_open(path, REPORT_FOLD, text_limit, &profile, &options);
  if (err)
    return command_error(err);
  options.regex = regex;
  err = report(profile, &options, stdout);
  return err ? command_error(err) : EXIT_OK;
}
