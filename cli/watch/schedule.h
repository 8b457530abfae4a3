/* When `memprof run` takes snapshots by itself: --every, --on-growth, --on-peak. */
#pragma once

#include "cli/watch/watchers.h"

extern const struct watcher_kind schedule_kind;
