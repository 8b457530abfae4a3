/* memprof run --live: the live view of the program from its start, on the terminal that both
 * share.
 *
 * While the view is open the keyboard is its own: the program reads end of file. What the program
 * and memprof write to the terminal goes into a nameless file, and from there to the terminal when
 * the view closes (key q), and from then on as it comes. What goes elsewhere is left alone. */
#pragma once

#include "cli/line/options.h"
#include "cli/watch/watch.h"

/* For the flag --live. */
extern bool run_live_wanted;

struct error *run_live_add(struct watch *watch);
