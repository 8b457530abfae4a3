/* memprof run --trace: a line a second for each process that is at work, as Go's gctrace has. */
#pragma once

#include "cli/watch/watchers.h"

extern const struct watcher_kind lines_kind;
