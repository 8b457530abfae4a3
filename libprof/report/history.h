/* memprof history: the profiles of a folder in the order of their times, and what changed from one
 * to the next of the same process. */
#pragma once

#include "model/profile.h"
#include "model/spread.h"
#include "report/running.h"

struct history_figure {
  bool known; /* the profile has such a sample type */
  int64_t value;
  struct spread spread;
};

/* One profile. */
struct history_entry {
  char *file, *program;       /* owned */
  int64_t pid;                /* 0: not known */
  int64_t start_nanos, nanos; /* when the program began and the profile was taken; since 1970 UTC */
  struct history_figure live, peak, allocated; /* in bytes */
  const struct history_entry *before;          /* the one before of the same process, or NULL */
};

/* `profile` was read from `file`. */
struct error *history_entry_init(struct history_entry *entry, const struct profile *profile,
                                 const char *file);
void history_entry_deinit(struct history_entry *entry);

/* Sorts by time and finds each entry's `before`. */
void history_sort(struct history_entry *entries, size_t n);

/* A row an entry, `folder` for JSON. Text has times of the local zone. */
struct error *report_history(const char *folder, const struct history_entry *const *entries,
                             size_t n, const struct running_options *options, FILE *out);
