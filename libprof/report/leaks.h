/* memprof leaks: what was lost, by process and by stack.
 *
 * Works on profiles with the sample types of model/leak_kinds.h. Text for people in valgrind's
 * words, a document for programs (docs/json.md); both end with, or hold, the totals of all kinds.
 */
#pragma once

#include "base/error.h"
#include "model/leak_kinds.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

struct leak_figure {
  int64_t bytes, objects;
};

/* One process and its verdict. */
struct leak_process {
  pid_t pid;
  char *command;               /* as it was started, blanks between its arguments; owned */
  struct profile *profile;     /* NULL: it could not be checked; owned */
  struct profile *wrong_frees; /* model/wrong_free.h; NULL: none; owned */
  char *reason;                /* why not, one line; NULL if it was checked; owned */
  struct leak_figure total[N_LEAK_KINDS];
  char *suppressions;      /* the program's own, to be applied too; owned, or NULL */
  bool named;              /* its stacks have names, and suppressions were applied */
  unsigned missed_threads; /* whose registers could not be read */
  uint64_t unreadable;     /* pages that could not be read */
  uint64_t dropped;        /* allocations that were not recorded */
  int64_t paused_ns;       /* how long a running process was stopped; 0: it was at its end */
};

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
