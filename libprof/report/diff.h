/* memprof diff: what changed from one profile to another. */
#pragma once

#include "model/diff.h"
#include "report/report.h"

struct diff_report {
  const char *base_name, *new_name; /* as the user gave them */
  const struct profile *base, *new; /* their comments say what they do not hold */
  bool by_cum;                      /* order and show cumulative figures, not flat ones */
  bool stacks;                      /* whole stacks instead of functions */
  bool certain_only;                /* leave out what is within its error bar */
  bool unchanged;                   /* list what did not change, too */
};

/* Heeds these of `options`: limit, unit, columns, colour and json. */
struct error *report_diff(const struct diff *diff, const struct diff_report *report,
                          const struct report_options *options, FILE *out);
