/* memprof run --then: the action on a process that has passed a limit. */
#pragma once

#include "cli/line/options.h"
#include "cli/watch/snapshots.h"

/* "signal:TERM", "exec:COMMAND", "stop". */
struct error *limit_action_parse(const struct option_spec *spec, const char *argument);
bool limit_action_given(void);

/* Does it, once the snapshot is written. A snapshot_done_fn; the context is not used. Processes
 * that have ended are left alone. */
void limit_action(void *context, struct watch *watch, const struct snapshot *snapshot);

/* Reaps the commands that were started, and reports those that failed. */
void limit_action_reap(void);
