/* A budget: what a program's heap may be and how much it may grow. docs/BUDGETS.md describes the
 * file; budget/read.h loads it, budget/judge.h judges profiles by it.
 *
 * Strings and arrays live in the budget's arena, or are static in the budget that counts when there
 * is no file. */
#pragma once

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum budget_each { EACH_SUM, EACH_SITE }; /* the sites chosen taken together, or one by one */
enum budget_per { PER_RUN, PER_OPERATION };

/* Where a value stands in the file. */
struct budget_place {
  int line;          /* from 1; 0: not in the file */
  size_t start, end; /* bytes of the text, quotes included */
};

/* Where a mapping of the file and its values stand: the first member of each struct that is read
 * from one. budget/schema.h looks values up by their keys. */
enum { BUDGET_MOST_KEYS = 11 };
struct budget_places {
  int line;
  struct budget_place values[BUDGET_MOST_KEYS];
};

/* Regular expressions, NULL: any. A frame matches if all of them do. */
struct budget_pattern {
  struct budget_places places;
  const char *function, *file, *module;
};

struct budget_owner {
  struct budget_places places;
  const char *name;
  struct budget_pattern *sites;
  unsigned n_sites;
};

/* The unit in which a metric's amounts are written and read. */
enum budget_kind { KIND_BYTES, KIND_COUNT, KIND_TIME };

struct budget_limit {
  struct budget_places places;
  const char *name; /* NULL where none is given */
  const char *metric;
  /* The choice of sites: none of these for the whole program. */
  struct budget_pattern pattern; /* its places are the limit's */
  const char *owner;
  int each, per;                    /* enums above */
  const char *max, *growth, *floor; /* as written, NULL where not given */
  /* From these, by budget_prepare. */
  enum budget_kind kind;
  double max_value, growth_percent, floor_value;
  int line;        /* of the file; 0: none */
  bool by_default; /* there is no file: judged only where both profiles have the metric */
  bool by_chance;  /* no floor and no percentage were given: only chance excuses a growth */
};

struct budget {
  struct budget_places places;
  const char *version, *confidence_text;
  const char
      *operations; /* regular expression: a sample of such a function's own is an operation */
  struct budget_owner *owners;
  unsigned n_owners;
  struct budget_limit *limits;
  unsigned n_limits;
  /* From these, by budget_prepare. */
  double confidence;   /* percent */
  const char *path;    /* NULL: the default budget */
  double n_operations; /* --ops; 0: not given */
  const char *text;    /* the file as it was read, NULL: the default budget */
  struct arena arena;
};

/* Whether the limit is on the whole program's samples, not on a choice of them. */
static inline bool budget_limit_is_whole(const struct budget_limit *limit) {
  return !limit->owner && !limit->pattern.function && !limit->pattern.file &&
         !limit->pattern.module;
}

#define BUDGET_CONFIDENCE 99.0

/* A metric that is no sample type: how many stacks have live objects. */
#define BUDGET_LIVE_SITES "live_sites"
/* A metric that no budget can allow, and so none names. */
#define BUDGET_WRONG_FREES "wrong_frees"

/* The metrics that a budget may name: most sample types and BUDGET_LIVE_SITES. NULL past the last.
 */
const char *budget_metric_name(size_t i);

enum budget_kind budget_metric_kind(const char *metric);
/* "Bytes allocated": for people. */
const char *budget_metric_summary(const char *metric);
/* How to record a profile that has the metric. */
const char *budget_metric_source(const char *metric);

/* A growth below this is never held against anyone, unless the budget says otherwise: 4 KiB, 16
 * objects, 20 ms, 1 site. */
double budget_default_floor(enum budget_kind kind, const char *metric);

/* The budget when there is no file: nothing leaks, and with a base nothing grows beyond the floor.
 * Static. */
const struct budget *budget_default(void);

/* "12.5 MiB" in the metric's unit: sizes, counts ("1200", "3.5", "12k", "2M") or times ("20 ms").
 * False for anything else and what is negative. */
bool budget_parse_amount(const char *text, enum budget_kind kind, double *ret);
/* An example of a right amount, for messages. */
const char *budget_amount_example(enum budget_kind kind);
