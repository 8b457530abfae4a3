#include "budget/budget.h"

#include "model/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct metric {
  const char *name, *summary, *source;
  enum budget_kind kind;
} metrics[] = {
#define RUN "record it with `memprof run`"
#define LEAKS "record it with `memprof check -o FILE -- PROGRAM` or `memprof leaks -o FILE PROGRAM`"
    {"alloc_space", "Bytes allocated", RUN, KIND_BYTES},
    {"alloc_objects", "Objects allocated", RUN, KIND_COUNT},
    {"peak_space", "Bytes live at the peak", RUN, KIND_BYTES},
    {"peak_objects", "Objects live at the peak", RUN, KIND_COUNT},
    {"inuse_space", "Bytes live at the end", RUN, KIND_BYTES},
    {"inuse_objects", "Objects live at the end", RUN, KIND_COUNT},
    {"definite_space", "Bytes definitely lost", LEAKS, KIND_BYTES},
    {"definite_objects", "Objects definitely lost", LEAKS, KIND_COUNT},
    {"indirect_space", "Bytes indirectly lost", LEAKS, KIND_BYTES},
    {"indirect_objects", "Objects indirectly lost", LEAKS, KIND_COUNT},
    {"possible_space", "Bytes possibly lost", LEAKS, KIND_BYTES},
    {"possible_objects", "Objects possibly lost", LEAKS, KIND_COUNT},
    {"reachable_space", "Bytes still reachable at the end", LEAKS, KIND_BYTES},
    {"reachable_objects", "Objects still reachable at the end", LEAKS, KIND_COUNT},
    {"lifetime", "Mean lifetime of freed objects", RUN " of this version or later", KIND_TIME},
    {"live_sites", "Sites with live objects at the end", RUN, KIND_COUNT},
    {BUDGET_WRONG_FREES, "Wrong calls of free or realloc", LEAKS, KIND_COUNT},
};
enum { N_METRICS = sizeof(metrics) / sizeof(*metrics) };

const char *const budget_metrics[N_METRICS] = {"alloc_space",
                                               "alloc_objects",
                                               "peak_space",
                                               "peak_objects",
                                               "inuse_space",
                                               "inuse_objects",
                                               "definite_space",
                                               "definite_objects",
                                               "indirect_space",
                                               "indirect_objects",
                                               "possible_space",
                                               "possible_objects",
                                               "reachable_space",
                                               "reachable_objects",
                                               "lifetime",
                                               "live_sites",
                                               NULL};

static const struct metric *find_metric(const char *name) {
  for (size_t i = 0; i < N_METRICS; i++)
    if (!strcmp(metrics[i].name, name))
      return &metrics[i];
  return &metrics[0];
}

enum budget_kind budget_metric_kind(const char *metric) {
  return find_metric(metric)->kind;
}

const char *budget_metric_summary(const char *metric) {
  return find_metric(metric)->summary;
}

const char *budget_metric_source(const char *metric) {
  return find_metric(metric)->source;
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
  return !strcmp(metric, "live_sites") ? 1 : 16;
}

#define GROWTH(metric_, kind_, each_, floor_)                                                      \
  {                                                                                                \
    .metric = (char *)(metric_), .kind = (kind_), .each = (each_), .floor_value = (floor_),        \
    .growth = (char *)"0%", .max_value = -1, .by_default = true, .by_chance = true                 \
  }
#define NONE(metric_)                                                                              \
  { .metric = (char *)(metric_), .kind = KIND_BYTES, .max = (char *)"0", .by_default = true }

static struct budget_limit default_limits[] = {
    GROWTH("alloc_space", KIND_BYTES, EACH_SUM, 4096),
    GROWTH("alloc_objects", KIND_COUNT, EACH_SUM, 16),
    GROWTH("peak_space", KIND_BYTES, EACH_SUM, 4096),
    GROWTH("inuse_space", KIND_BYTES, EACH_SUM, 4096),
    GROWTH("inuse_objects", KIND_COUNT, EACH_SUM, 16),
    NONE("definite_space"),
    NONE("indirect_space"),
    GROWTH("alloc_space", KIND_BYTES, EACH_SITE, 4096),
    GROWTH("alloc_objects", KIND_COUNT, EACH_SITE, 16),
    GROWTH("inuse_space", KIND_BYTES, EACH_SITE, 4096),
    GROWTH("inuse_objects", KIND_COUNT, EACH_SITE, 16),
};

const struct budget *budget_default(void) {
  static const struct budget budget = {
      .version = 1,
      .confidence = BUDGET_CONFIDENCE,
      .limits = default_limits,
      .n_limits = sizeof(default_limits) / sizeof(*default_limits),
  };
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
