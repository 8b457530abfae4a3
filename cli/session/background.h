/* Waiting for what outlives the program: daemons and children left behind. */
#pragma once

#include "cli/session/collect.h"

/* Forks a process with a session of its own and nothing of ours open but the hold on the session,
 * which collects the profiles of `folder` as their processes end, and removes the folder. Returns
 * at once in the caller. */
struct error *background_collect(const char *folder, const struct collect_options *options);
