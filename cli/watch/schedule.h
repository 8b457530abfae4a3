/* When `memprof run` takes snapshots by itself: --every, --on-growth, --on-peak. */
#pragma once

#include "cli/line/options.h"
#include "cli/watch/watch.h"

/* The three, and --keep. */
extern const struct option_group schedule_options;

struct error *schedule_add(struct watch *watch);
