/* Turns the recordings of children that have ended into profiles while the program runs, so that a
 * server that forks for ever does not fill the file system of its recordings.
 *
 * The newest recordings stay: a server and a push show them, and a build of a few hundred processes
 * writes its profiles at its end, when no command of it can trip over them. The main process's
 * recordings stay, too. A recording is removed after its profile is on disk, as it is at the end.
 *
 * Without --leaks the watcher is always on. Reading, naming and writing are a thread's work. */
#pragma once

#include "cli/session/collect.h"
#include "cli/watch/watchers.h"

extern const struct watcher_kind ended_kind;

/* Hands over the tally of what was collected; to be called after watch_wait. All 0 if nothing was.
 */
void ended_take_tally(struct collect_tally *ret);
