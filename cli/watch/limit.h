/* memprof run --limit, --limit-rss, --then: a profile, a line and an action when memory passes a
 * limit; and a profile when the cgroup is about to.
 *
 * Without options, too, it watches the cgroup where that has a limit: the profile that the user
 * wants after the kernel has killed the program cannot be asked for then. */
#pragma once

#include "cli/watch/watchers.h"

extern const struct watcher_kind limit_kind;
