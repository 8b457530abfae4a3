/* memprof run --timeline FILE: what happened when, for the trace viewers of Chrome and Perfetto. */
#pragma once

#include "cli/line/options.h"
#include "cli/watch/watch.h"

/* --timeline FILE, beside --trace. */
struct error *timeline_option_parse(const struct option_spec *spec, const char *argument);

struct error *timeline_add(struct watch *watch);
