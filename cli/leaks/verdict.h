/* Turns checked processes into a report, a profile and an exit status. */
#pragma once

#include "cli/leaks/options.h"
#include "cli/leaks/run.h"

/* Says who turned the check of the main process off. */
void leaks_tell_turned_off(const struct leaks_settings *settings);

/* Judges all processes and writes what the settings ask for. *status becomes the program's own if
 * that is not 0, 2 if something could not be written, which is said, 3 if the main process could
 * not be checked, --error-exitcode if there are leaks, 3 if some process was recorded in part, else
 * 0. */
struct error *leaks_verdict(struct leaks_run *run, struct leaks_settings *settings, int *status);
