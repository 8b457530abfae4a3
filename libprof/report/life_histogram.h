/* memprof lifetimes: how long the objects of each function lived, as a histogram. */
#pragma once

#include "report/report.h"

/* The clock of a life. */
enum lives_by {
  LIVES_BY_CALLS, /* allocations of the object's thread meanwhile */
  LIVES_BY_BYTES, /* their bytes */
  LIVES_BY_TIME,
};

/* The profile is folded: the leaf of each stack is the responsible function. ERROR_BAD_INPUT where
 * it has no histories of objects. */
struct error *report_life_histogram(const struct profile *profile,
                                    const struct report_options *options, enum lives_by by,
                                    FILE *out);
