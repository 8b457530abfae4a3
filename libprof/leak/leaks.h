/* The check of one process: from its recording and its stopped memory to a profile of lost blocks
 * by kind (model/leak_kinds.h). The profile has one sample a stack, without symbols. */
#pragma once

#include "leak/reach.h"
#include "model/profile.h"

struct leaks_options {
  struct reach_options reach;
  /* Kinds, bits. For each stack and kind a label tells the way to the largest block, and another
   * shows its first bytes. */
  unsigned why, contents;
  /* Asked again and again while memory is read, unless NULL; true: the check ends with an error. */
  bool (*stop)(void);
};

/* The extent of what was seen, for the report. */
struct leaks_notes {
  unsigned missed_threads; /* registers that could not be read */
  uint64_t unreadable;     /* pages that could not be read */
  /* Allocations that were not recorded: they may hold the only pointer to others. */
  uint64_t dropped;
  bool incomplete;  /* some of these though the program had not paused its recording */
  uint64_t scanned; /* bytes looked at */
  uint64_t blocks;  /* live blocks */
};

/* Checks a process that stands still. ERROR_CANNOT when its recording is not exact
 * or options->stop ended the check. If something
 * could not be seen, `notes` says so, and blocks that look definitely lost are only possibly
 * lost. */
struct error *leaks_find(const struct recording *recording, const struct stopped_process *process,
                         const struct leaks_options *options, struct profile **ret,
                         struct leaks_notes *notes);
