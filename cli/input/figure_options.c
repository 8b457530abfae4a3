#include "cli/input/figure_options.h"

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "model/sample_types.h"
#include "model/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *sample_index, *unit;

static struct error *parse_unit(const struct option_spec *spec, const char *argument) {
  if (!unit_known(argument))
    return error_create(ERROR_BAD_INPUT,
                        "option '--%s': '%s' is not a unit; use auto, B, KiB, MiB, GiB or TiB",
                        spec->name, argument);
  unit = argument;
  return NULL;
}

static struct error *parse_sample_index(const struct option_spec *spec, const char *argument) {
  (void)spec;
  sample_index = argument;
  return NULL;
}

/* Options that stand for a value of --sample-index: the commonest questions in one word, and
 * pprof's. */
static const struct {
  const char *option;
  enum sample_type type;
} short_forms[] = {
    {"alloc", SAMPLE_ALLOC_SPACE},
    {"live", SAMPLE_INUSE_SPACE},
    {"peak", SAMPLE_PEAK_SPACE},
    {"alloc-space", SAMPLE_ALLOC_SPACE},
    {"alloc-objects", SAMPLE_ALLOC_OBJECTS},
    {"inuse-space", SAMPLE_INUSE_SPACE},
    {"inuse-objects", SAMPLE_INUSE_OBJECTS},
};

static struct error *parse_short_form(const struct option_spec *spec, const char *argument) {
  (void)argument;
  for (size_t i = 0; i < sizeof(short_forms) / sizeof(*short_forms); i++)
    if (!strcmp(short_forms[i].option, spec->name))
      sample_index = sample_types[short_forms[i].type].name;
  return NULL;
}

#define SHORT_FORM(option, text)                                                                   \
  { .name = (option), .help = (text), .kind = OPTION_CALLBACK, .parse = parse_short_form }

static const char *const units[] = {"auto", "B", "KiB", "MiB", "GiB", "TiB", NULL};

static const struct option_spec figure_specs[] = {
    SHORT_FORM("alloc", "Show what was allocated, the default"),
    SHORT_FORM("live", "Show what is live: at the end, or when the profile was taken"),
    SHORT_FORM("peak", "Show what was live when most was"),
    SHORT_FORM("alloc-space", "The same as --alloc, as pprof spells it"),
    SHORT_FORM("alloc-objects", "Show the number of allocations, as pprof spells it"),
    SHORT_FORM("inuse-space", "The same as --live, as pprof spells it"),
    SHORT_FORM("inuse-objects", "Show the number of live blocks, as pprof spells it"),
    {.name = "sample-index",
     .argument = "NAME",
     .help =
         "Show this figure: alloc_objects, alloc_space, inuse_objects, inuse_space, peak_objects, "
         "peak_space, lifetime, or another that the profile has, by name or number (default: what "
         "the profile says)",
     .kind = OPTION_CALLBACK,
     .parse = parse_sample_index,
     .choices = recorded_type_names},
    {.name = "unit",
     .argument = "UNIT",
     .help = "Show sizes in this unit (default: auto, a fitting one for each)",
     .kind = OPTION_CALLBACK,
     .parse = parse_unit,
     .choices = units},
    {0},
};
const struct option_group figure_options = {"Figures", figure_specs};

const char *figure_options_sample_index(void) {
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

/* "peak" for peak_space, and so on. */
static int type_by_short_form(const struct profile *profile) {
  _cleanup_free_ char *space = NULL;
  const char *name = !strcmp(sample_index, "live") ? "inuse" : sample_index;
  return asprintf(&space, "%s_space", name) < 0 ? -1 : sample_type_named(profile, space);
}

struct error *figure_options_find_type(const struct profile *profile, const char *path, int *ret) {
  int type = sample_type_named(profile, sample_index);
  if (type < 0 && sample_index)
    type = type_by_short_form(profile);
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

const char *figure_options_unit(void) {
  return unit;
}
