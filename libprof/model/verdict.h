/* The verdict of a budget on one profile: each limit with the measured and the allowed figure.
 *
 * budget/judge.h fills it in, report/check.h prints it, budget/findings.h turns it into findings.
 * Figures are in their metric's unit ("bytes", "count", "nanoseconds"), for a run or for an
 * operation. */
#pragma once

#include "base/arena.h"
#include "model/diff.h"
#include "model/finding.h"

enum verdict_state { VERDICT_OK, VERDICT_INSUFFICIENT, VERDICT_OVER };

/* One site's part in a figure. */
struct verdict_stack {
  uint32_t site; /* a number: equal ones are one stack */
  struct finding_stack stack;
  const struct finding_frame *place; /* the frame to look at first; NULL without frames */
  double base, new, delta;
  enum diff_state state;
  bool moved; /* the base has it in other code */
};

struct verdict_check {
  const char *limit; /* its name */
  const char *metric, *unit;
  const char *site; /* the function to look at first, of a limit on each site; else "" */
  size_t n_sites;   /* if not 0: this says that none of so many sites is over; no figures */
  bool relative;    /* to the base: `allowed` is the most that value - base may be */
  bool per_operation;
  double base, value;
  double bar; /* what chance may have done to value - base (to value, if not relative); 0: exact */
  double allowed;
  enum verdict_state state;
  enum diff_state change;       /* from base to value, where relative */
  struct verdict_stack *stacks; /* of what is over: those that explain most of it */
  size_t n_stacks;
  const char *budget; /* path and line of the limit; NULL: the default budget */
  int line;
};

struct verdict {
  const char *name;      /* of the profile judged */
  const char *base_name; /* of the (first) base, or "" */
  size_t n_bases;
  bool exact; /* neither it nor its bases are sampled */
  /* The profile judged holds less than the program did: what is over its limit is so all the more,
   * and what is not over may be. The missing part in words; else "". */
  const char *incomplete;
  double confidence;
  /* Limits on the whole in the order of the budget; limits on each site where not ok, those that
   * are over first, by how much. */
  struct verdict_check *checks;
  size_t n_checks;
  size_t n_over, n_insufficient, n_ok;                      /* all comparisons, sites included */
  size_t n_new, n_gone, n_grown, n_shrunk, n_same, n_moved; /* sites, by bytes allocated */
  struct arena arena;                                       /* owns all of the above */
};

void verdict_destroy(struct verdict *verdict);

/* Adds a check that is over, made elsewhere; what it points to must live as long as the verdict. */
struct error *verdict_add_over(struct verdict *verdict, const struct verdict_check *check);

/* "ok", "insufficient data", "over". */
const char *verdict_state_name(enum verdict_state state);

static inline void cleanup_verdict(struct verdict **verdict) {
  verdict_destroy(*verdict);
}
#define _cleanup_verdict_ __attribute__((cleanup(cleanup_verdict)))
