/* The check of one process: from its recording and its stopped memory to a profile of what was
 * lost, by kind (model/leak_kinds.h). One sample a stack, without symbols. */
#pragma once

#include "leak/reach.h"
#include "model/profile.h"

struct leaks_options {
  struct reach_options reach;
  unsigned why; /* kinds (bits) of whose blocks the way to one, the largest of each stack, is told
                   in a label */
  unsigned contents; /* likewise: of whose largest block the first bytes are shown */
};

/* What the verdict rests on, for the report. */
struct leaks_notes {
  unsigned missed_threads; /* registers that could not be read */
  uint64_t unreadable;     /* pages that could not be read */
  uint64_t
      dropped; /* allocations that were not recorded: they may hold the only pointer to others */
  uint64_t scanned; /* bytes looked at */
  uint64_t blocks;  /* live blocks */
};

/* Checks a process that stands still. ERROR_CANNOT when its recording is not exact. Where something
 * could not be seen, `notes` says so and what looks definitely lost is only possibly lost. */
struct error *leaks_find(const struct recording *recording, const struct stopped_process *process,
                         const struct leaks_options *options, struct profile **ret,
                         struct leaks_notes *notes);
