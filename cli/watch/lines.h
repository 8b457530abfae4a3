/* memprof run --trace: a line a second for each process that is at work, as Go's gctrace has. */
#pragma once

#include "cli/line/options.h"
#include "cli/watch/watch.h"

/* --trace[=FILE], --timeline=FILE, --live */
extern const struct option_group trace_options;

struct error *trace_add(struct watch *watch);
