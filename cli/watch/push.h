/* memprof run --push: profiles of the program and its children, sent while it runs. */
#pragma once

#include "cli/watch/watchers.h"

extern const struct watcher_kind push_kind;
