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
  bool all_frames;   /* in text: fold no frames */
  bool suppressions; /* print an entry for a file of suppressions below each leak */
  const struct leak_suppressed *suppressed; /* every suppression, used or not */
  size_t n_suppressed;
};

struct error *report_leaks(const struct leak_report *report, FILE *out);
