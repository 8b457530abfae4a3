/* Everything that `memprof run` can do while its program runs. A new one is a line in watchers.c
 * and, for its options, one in command_run's groups. */
#pragma once

#include "cli/watch/watch.h"

/* Adds to the watch what the options ask for: nothing by default. */
struct error *watchers_add(struct watch *watch);
