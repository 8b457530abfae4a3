#include "budget/budget.h"

#include "model/sample_types.h"
#include "model/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct metric {
  const char *name, *summary, *source;
  enum budget_kind kind;
};

#define RUN "record it with `memprof run`"
#define LEAKS "record it with `memprof check -o FILE -- PROGRAM` or `memprof leaks -o FILE PROGRAM`"

/* Metrics that are no sample types. */
static const struct metric live_sites = {BUDGET_LIVE_SITES, "Sites with live objects at the end",
                                         RUN, KIND_COUNT};
static const struct metric wrong_frees = {BUDGET_WRONG_FREES, "Wrong calls of free or realloc",
                                          LEAKS, KIND_COUNT};

/* A budget has no use for what was suppressed, which comes last. */
enum { N_LIMITED_TYPES = SAMPLE_SUPPRESSED_OBJECTS };

const char *budget_metric_name(size_t i) {
  return i < N_LIMITED_TYPES ? sample_types[i].name : i == N_LIMITED_TYPES ? live_sites.name : NULL;
}

static struct metric metric_of(enum sample_type type) {
  const struct sample_type_info *info = &sample_types[type];
  return (struct metric){info->name, info->summary,
                         type == SAMPLE_LIFETIME          ? RUN " of this version or later"
                         : type < N_RECORDED_SAMPLE_TYPES ? RUN
                         : type < N_ALLOCATION_SAMPLE_TYPES
                             ? "record it with `memprof run --advise`"
                             : LEAKS,
                         !strcmp(info->unit, "bytes")   ? KIND_BYTES
                         : !strcmp(info->unit, "count") ? KIND_COUNT
                                                        : KIND_TIME};
}

static struct metric find_metric(const char *name) {
  for (size_t i = 0; i < N_LIMITED_TYPES; i++)
    if (!strcmp(sample_types[i].name, name))
      return metric_of((enum sample_type)i);
  return !strcmp(name, BUDGET_LIVE_SITES) ? live_sites : wrong_frees;
}

enum budget_kind budget_metric_kind(const char *metric) {
  return find_metric(metric).kind;
}

const char *budget_metric_summary(const char *metric) {
  return find_metric(metric).summary;
}

const char *budget_metric_source(const char *metric) {
  return find_metric(metric).source;
}

double budget_default_floor(enum budget_kind kind, const char *metric) {
  switch (kind) {
  case KIND_BYTES:
    return 4096;
  case KIND_TIME:
    return 20e6;
  case KIND_COUNT:
    break;
  }
  return !strcmp(metric, BUDGET_LIVE_SITES) ? 1 : 16;
}

/* The limits without a file: none of these leak kinds, and no growth beyond the floor. */
static const struct {
  enum sample_type metric;
  enum budget_each each;
  bool is_growth;
} defaults[] = {
    {SAMPLE_ALLOC_SPACE, EACH_SUM, true},     {SAMPLE_ALLOC_OBJECTS, EACH_SUM, true},
    {SAMPLE_PEAK_SPACE, EACH_SUM, true},      {SAMPLE_INUSE_SPACE, EACH_SUM, true},
    {SAMPLE_INUSE_OBJECTS, EACH_SUM, true},   {SAMPLE_DEFINITE_SPACE, EACH_SUM, false},
    {SAMPLE_INDIRECT_SPACE, EACH_SUM, false}, {SAMPLE_ALLOC_SPACE, EACH_SITE, true},
    {SAMPLE_ALLOC_OBJECTS, EACH_SITE, true},  {SAMPLE_INUSE_SPACE, EACH_SITE, true},
    {SAMPLE_INUSE_OBJECTS, EACH_SITE, true},
};
enum { N_DEFAULTS = sizeof(defaults) / sizeof(*defaults) };

static struct budget_limit default_limit(enum sample_type type, enum budget_each each,
                                         bool is_growth) {
  struct metric metric = metric_of(type);
  struct budget_limit limit = {
      .metric = metric.name, .kind = metric.kind, .each = each, .by_default = true};
  if (!is_growth) {
    limit.max = "0";
    return limit;
  }
  limit.growth = "0%";
  limit.max_value = -1;
  limit.floor_value = budget_default_floor(metric.kind, metric.name);
  limit.by_chance = true;
  return limit;
}

const struct budget *budget_default(void) {
  static struct budget_limit limits[N_DEFAULTS];
  static const struct budget budget = {
      .version = "1", .confidence = BUDGET_CONFIDENCE, .limits = limits, .n_limits = N_DEFAULTS};
  for (size_t i = 0; i < N_DEFAULTS; i++)
    limits[i] = default_limit(defaults[i].metric, defaults[i].each, defaults[i].is_growth);
  return &budget;
}

static bool scale_suffix(const char *suffix, enum budget_kind kind, double *ret) {
  static const struct {
    const char *name;
    enum budget_kind kind;
    double factor;
  } suffixes[] = {
      {"", KIND_COUNT, 1},  {"k", KIND_COUNT, 1e3}, {"M", KIND_COUNT, 1e6}, {"G", KIND_COUNT, 1e9},
      {"ns", KIND_TIME, 1}, {"us", KIND_TIME, 1e3}, {"ms", KIND_TIME, 1e6}, {"s", KIND_TIME, 1e9},
  };
  for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++)
    if (kind == suffixes[i].kind && !strcmp(suffix, suffixes[i].name)) {
      *ret = suffixes[i].factor;
      return true;
    }
  return false;
}

static bool parse_size(const char *text, double *ret) {
  uint64_t bytes;
  if (!unit_parse_size(text, &bytes))
    return false;
  *ret = (double)bytes;
  return true;
}

bool budget_parse_amount(const char *text, enum budget_kind kind, double *ret) {
  char *end;
  double factor;
  if (kind == KIND_BYTES)
    return parse_size(text, ret);
  if ((*text < '0' || *text > '9') && *text != '.')
    return false;
  double value = strtod(text, &end);
  while (*end == ' ')
    end++;
  if (end == text || !isfinite(value) || value < 0 || !scale_suffix(end, kind, &factor))
    return false;
  *ret = value * factor;
  return isfinite(*ret);
}

const char *budget_amount_example(enum budget_kind kind) {
  return kind == KIND_BYTES   ? "a size such as 4096, 64 KiB or 1.5 MiB"
         : kind == KIND_COUNT ? "a number such as 0, 1200, 3.5, 12k or 2M"
                              : "a time such as 250 us, 20 ms or 1.5 s";
}
