/* The entries that a report on leaks lists, and their sum. */
#pragma once

#include "report/leaks.h"

/* One entry of a report: what the samples of one stack lost of one kind. */
struct leak_entry {
  const struct profile_sample *sample;
  enum leak_kind kind;
  struct leak_figure lost;
};

/* The entries of a process that the report lists, definite ones first, largest first. *ret is the
 * caller's to free. */
struct error *leak_entries(const struct leak_report *report, const struct leak_process *process,
                           struct leak_entry **ret, size_t *n);

/* The sum of the kinds in `fail_on`, over all processes. */
struct leak_figure leak_total(const struct leak_report *report);
