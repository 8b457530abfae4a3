/* Turns checked processes into a report, a profile and an exit status. */
#pragma once

#include "cli/leaks/options.h"
#include "cli/leaks/run.h"

/* Says who turned the check of the main process off. */
void leaks_tell_turned_off(const struct leaks_settings *settings);

/* The last check of the main process; NULL where there was none. */
const struct leak_process *leaks_main_process(const struct leaks_run *run);

/* The document of memprof leaks --json with all kinds, of each process the 1000 largest
 * stacks: for a page. *ret is the caller's to free. */
struct error *leaks_document(struct leaks_run *run, struct leaks_settings *settings, char **ret);

/* Judges all processes and writes what the settings ask for. *status becomes the program's own if
 * that is not 0, 2 if something could not be written, which is said, 3 if the main process could
 * not be checked, --error-exitcode if there are leaks, 3 if some process was recorded in part, else
 * 0. */
struct error *leaks_verdict(struct leaks_run *run, struct leaks_settings *settings, int *status);
