/* The figures of a diff: adding up, comparing, sorting. Private to the diff. */
#pragma once

#include "model/diff.h"

/* Adds to one side. */
void diff_value_add(struct diff_value *value, bool is_new, int64_t amount, double variance);

/* Works out delta, percent, bar, exceeds and state. */
void diff_value_finish(struct diff_value *value);

/* Puts functions and stacks into the order that diff.h promises. */
void diff_sort(struct diff *diff);
