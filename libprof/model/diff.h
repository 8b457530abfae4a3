/* The changes between two profiles, in terms that survive a rebuild.
 *
 * Frames and stacks are the same if model/align.h says so: moved code and rebuilt or relocated
 * binaries do not look like a change. Strings are the diff's own. Both profiles must live as long
 * as the diff: what calibrated them is part of how sure its figures are. */
#pragma once

#include "model/spread.h"

enum diff_state { DIFF_SAME, DIFF_NEW, DIFF_GONE, DIFF_GROWN, DIFF_SHRUNK };

struct diff_spreads {
  struct spread base, new;
};

/* One figure in both profiles, in the sample type's unit. */
struct diff_value {
  int64_t base, new, delta;      /* delta = new - base */
  int64_t base_freed, new_freed; /* the objects that they are sums over, of lifetime; else 0 */
  double percent;                /* delta in percent of |base|; +-INFINITY when only base is 0 */
  struct diff_spreads *spreads;  /* in the diff's arena; NULL: both are exact */
  struct interval interval;      /* of delta, 95% */
  bool exceeds;                  /* 0 is not in it: more than chance of sampling */
  enum diff_state state;         /* of the figures as they are: NEW is base == 0, GONE new == 0 */
};

struct diff_function {
  const char *name;
  struct diff_value flat, cum;
};

struct diff_stack {
  const char *const *names; /* n_names of them, leaf first */
  uint32_t n_names;
  struct diff_value value;
};

/* Both arrays: |delta| (of flat; then of cum) descending, then by name. Entries without any figure
 * in either profile are left out, those without a change are there. */
struct diff {
  struct profile_value_type type; /* of base */
  struct diff_value total;
  struct diff_function *functions;
  size_t n_functions;
  struct diff_stack *stacks;
  size_t n_stacks;
  /* Private. */
  struct arena arena;
};

/* Compares sample type `type` (NULL: new's default). The profiles may otherwise differ in sample
 * types and their order; ERROR_BAD_INPUT if one has no such type or the units differ. */
struct error *diff_create(const struct profile *base, const struct profile *new, const char *type,
                          struct diff **ret);
void diff_destroy(struct diff *diff);

/* "same", "new", "gone", "grown", "shrunk". */
const char *diff_state_name(enum diff_state state);

static inline void cleanup_diff(struct diff **diff) {
  diff_destroy(*diff);
}
#define _cleanup_diff_ __attribute__((cleanup(cleanup_diff)))
