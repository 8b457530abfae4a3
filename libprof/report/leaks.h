/* memprof leaks: what was lost, by process and by stack.
 *
 * Works on profiles with the sample types of model/leak_kinds.h. Text for people in valgrind's
 * words, a document for programs (docs/json.md); both end with, or hold, the totals of all kinds.
 */
#pragma once

#include "base/error.h"
#include "model/leak_process.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct leak_suppressed {
  const char *name, *file; /* the pattern or the entry's name, and where it was read */
  struct leak_figure figure;
};

struct leak_report {
  const struct leak_process *processes;
  size_t n_processes;
  unsigned show;     /* kinds to list, bits 1 << enum leak_kind */
  unsigned fail_on;  /* kinds that count as leaks in the last line */
  int64_t limit;     /* most entries a process; 0: all */
  int64_t min_bytes; /* entries with fewer are not listed */
  bool one_line;     /* the document on a line of its own: others follow */
  bool suppressions; /* print an entry for a file of suppressions below each leak */
  const struct leak_suppressed *suppressed; /* every suppression, used or not */
  size_t n_suppressed;
};

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

/* What the kinds of `fail_on` come to, over all processes. */
struct leak_figure leak_total(const struct leak_report *report);

struct error *report_leaks(const struct leak_report *report, FILE *out);
struct error *report_leaks_json(const struct leak_report *report, FILE *out);
