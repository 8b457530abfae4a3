/* memprof run --limit, --limit-rss, --then: a profile, a line and an action when memory passes a
 * limit; and a profile when the cgroup is about to. */
#pragma once

#include "cli/line/options.h"
#include "cli/watch/watch.h"

extern const struct option_group limit_options;

/* Adds itself also without options where the cgroup has a limit: the profile that one wants then
 * cannot be asked for afterwards. */
struct error *limit_add(struct watch *watch);
