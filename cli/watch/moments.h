/* memprof run --history: the figures of all processes at moments of their run, which become part of
 * their profiles (model/moments.h). */
#pragma once

#include "cli/watch/watchers.h"

/* As --history does. Before watchers_add. */
void moments_ask(void);

/* Whether moments are kept. */
bool moments_are_asked(void);

extern const struct watcher_kind moments_kind;
