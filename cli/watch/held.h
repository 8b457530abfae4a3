/* With --advise: looks how much memory glibc's heap holds that no block needs, for the advice on
 * the allocator's settings. */
#pragma once

#include "cli/watch/watchers.h"

extern const struct watcher_kind held_kind;

/* Adds it whatever the options say. */
struct error *held_add(struct watch *watch);
