/* The leak check of one stopped process: finds its recording among its mappings and checks it. */
#pragma once

#include "leak/leaks.h"
#include "model/leak_process.h"

/* Why there is nothing to say about a process. */
enum leak_skip {
  SKIP_NOT,
  SKIP_NOTHING,   /* a child that has allocated nothing of its own, or shares its parent's memory */
  SKIP_REQUESTED, /* the program turned the check off, or has had its one check */
};

/* Checks the process; leak/judge.h names and suppresses the leaks found. A process that cannot be
 * checked is no error: ret->reason says why. Unless *skipped is SKIP_NOT, ret is empty. The error
 * is one of memory. */
struct error *leak_process_check(const struct stopped_process *process,
                                 const struct leaks_options *options, struct leak_process *ret,
                                 enum leak_skip *skipped);
