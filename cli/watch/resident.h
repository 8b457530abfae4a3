/* Looks where the processes' resident memory is, for `memprof top` to name who has what malloc has
 * not. Always on; no option asks for it. */
#pragma once

#include "cli/watch/watchers.h"

extern const struct watcher_kind resident_kind;
