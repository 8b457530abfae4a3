/* With --advise: looks at the stacks of a process's threads, for the advice on threads. */
#pragma once

#include "cli/watch/watchers.h"

extern const struct watcher_kind stacks_kind;

/* Adds it whatever the options say. */
struct error *stacks_add(struct watch *watch);
