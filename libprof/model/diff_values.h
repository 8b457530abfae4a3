/* The figures of a diff: adding up, comparing, sorting. Private to the diff. */
#pragma once

#include "model/diff.h"

/* Adds to one side. False without memory. */
struct diff_amount {
  int64_t value, freed;
};
bool diff_value_add(struct arena *arena, struct diff_value *value, bool is_new,
                    struct diff_amount amount, const struct spread *spread);

/* Works out delta, percent, interval, exceeds and state. A side without samples has the error_bars'
 * `unseen` of its profile. False without memory. */
bool diff_value_finish(struct arena *arena, struct diff_value *value, double base_unseen,
                       double new_unseen);

/* Puts functions and stacks into the order that diff.h promises. */
void diff_sort(struct diff *diff);
