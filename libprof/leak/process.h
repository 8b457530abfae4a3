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

/* The command of the recorded process, as far as the recording kept it. The caller frees it; NULL
 * without memory. */
char *leak_process_command(const struct recording *recording);

/* Before a running process is stopped: ERROR_CANNOT with a remedy if memprof did not start it.
 * Where that cannot be known there is no error. */
struct error *leak_process_is_recorded(pid_t pid);

/* Checks the process; leak/judge.h names and suppresses the leaks found. A process that cannot be
 * checked is no error: ret->reason says why. Unless *skipped is SKIP_NOT, ret is empty. The error
 * is one of memory. */
struct error *leak_process_check(const struct stopped_process *process,
                                 const struct leaks_options *options, struct leak_process *ret,
                                 enum leak_skip *skipped);
