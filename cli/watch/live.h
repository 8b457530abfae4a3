/* memprof run --live: the live view of the program from its start, on the terminal that both
 * share.
 *
 * While the view is open the keyboard is its own: the program reads end of file. The program and
 * memprof itself write to a nameless file instead of the terminal; when the view closes (key q) its
 * contents go to the terminal, and from then on new output as it comes. Streams that do not go to
 * the terminal are left alone. */
#pragma once

#include "cli/watch/watchers.h"

extern const struct watcher_kind live_kind;
