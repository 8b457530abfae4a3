/* One process that was checked for leaks, and its verdict. The leak check fills it in, reports show
 * it. */
#pragma once

#include "model/leak_kinds.h"

#include <sys/types.h>

struct leak_figure {
  int64_t bytes, objects;
};

struct leak_process {
  pid_t pid;
  char *command;               /* as it was started, blanks between its arguments; owned */
  struct profile *profile;     /* sample types of model/leak_kinds.h; NULL: not checked; owned */
  struct profile *wrong_frees; /* model/wrong_free.h; NULL: none; owned */
  char *reason;                /* why it was not checked, one line; NULL if it was; owned */
  bool released;               /* not followed to its end: another process traces it */
  struct leak_figure total[N_LEAK_KINDS];
  char *suppressions;      /* the program's own, to be applied too; owned, or NULL */
  bool named;              /* its stacks have names, and suppressions were applied */
  unsigned missed_threads; /* threads whose registers could not be read */
  uint64_t unreadable;     /* pages that could not be read */
  uint64_t dropped;        /* allocations that were not recorded */
  bool incomplete;         /* some of them not by the program's own wish: no leaks proves nothing */
  int64_t paused_ns;       /* how long a running process was stopped; 0: it was at its end */
};

void leak_process_deinit(struct leak_process *process);

/* The sum of all samples' figures of one kind. */
struct leak_figure leak_kind_sum(const struct profile *profile, enum leak_kind kind);
