/* The leak check of one stopped process, from finding its recording to a named profile. */
#pragma once

#include "leak/leaks.h"
#include "leak/suppress.h"
#include "report/leaks.h"

/* Why there is nothing to say about a process. */
enum leaks_skip {
  SKIP_NOT,
  SKIP_NOTHING, /* a child that has allocated nothing of its own, or shares its parent's memory */
  SKIP_WISHED,  /* the program turned the check off, or has had its one check */
};

/* Checks the process. What forbids that is written to ret->reason. Where *skipped is not SKIP_NOT
 * ret is empty. The error is one of memory. */
struct error *leaks_check(const struct stopped_process *process,
                          const struct leaks_options *options, struct leak_process *ret,
                          enum leaks_skip *skipped);

/* Finds names for the stacks of the kinds in `show` (bits) and drops the stacks of all others,
 * whose figures stay. */
struct error *leaks_name(struct leak_process *process, unsigned show);

/* Adds up ret->total from the profile. */
void leaks_sum(struct leak_process *process);

/* Moves what matches to the kind `suppressed`, in the profile and in the totals. After leaks_name.
 */
struct error *leaks_suppress(struct leak_process *process, struct suppressions *suppressions);

/* All three, once: totals, names for the stacks of `kinds`, suppressions, the program's own too. */
struct error *leaks_judge(struct leak_process *process, unsigned kinds,
                          struct suppressions *suppressions);

void leak_process_deinit(struct leak_process *process);
