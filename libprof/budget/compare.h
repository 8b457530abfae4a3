/* The comparisons that a verdict rests on: first all are made, then their bars can be worked out,
 * which depend on how many they are. Private to judge.c. */
#pragma once

#include "budget/measure.h"
#include "model/verdict.h"

struct comparison {
  const struct budget_limit *limit;
  bool by_site, relative;
  uint32_t site;            /* if by_site */
  double base, value;       /* base: the bases' mean */
  double percent;           /* relative: this much of the base is allowed */
  double floor;             /* relative: and anything below this */
  struct uncertainty error; /* of value - base, or of value */
  double spread;            /* standard deviation of the bases beyond what sampling explains */
  bool few;                 /* so few samples that nothing follows from them */
  double unseen;            /* not relative: what a sample more would add to the value */
  bool without_sample;      /* of a limit on each site: all that have no sample */
  /* Decided: */
  double bar, allowed;
  double more;  /* by what went unseen the value may be larger; beside `bar` */
  double alpha; /* at which the bar holds */
  enum verdict_state state;
};

struct comparisons {
  struct comparison *data;
  size_t count, capacity;
};

/* Append the limit's comparisons, undecided. */
struct error *compare_absolute(struct comparisons *comparisons, const struct budget *budget,
                               const struct budget_limit *limit, const struct sites *sites);
struct error *compare_relative(struct comparisons *comparisons, const struct budget *budget,
                               const struct budget_limit *limit, const struct sites *sites);

/* Works out bar, allowed and state of all. */
void comparisons_decide(struct comparisons *comparisons, double confidence, size_t n_bases);

/* The mean over the bases and its error, by site: ret[n_sites]. */
struct error *compare_base_means(const struct budget *budget, const struct budget_limit *limit,
                                 const struct sites *sites, struct figure *ret);
