/* memprof run --timeline FILE: what happened when, for the trace viewers of Chrome and Perfetto. */
#pragma once

#include "cli/watch/watchers.h"

extern const struct watcher_kind timeline_kind;
