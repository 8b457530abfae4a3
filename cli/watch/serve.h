/* memprof run --http: profiles of the program and its children, while it runs. */
#pragma once

#include "cli/watch/watchers.h"

extern const struct watcher_kind serve_kind;
