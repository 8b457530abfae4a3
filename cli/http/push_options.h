/* --push and its companions, of `memprof run` and `memprof serve`. */
#pragma once

#include "cli/line/options.h"
#include "http/push.h"

extern const struct option_group push_options;

/* *ret stays NULL if nothing is to be pushed. */
struct error *push_options_create(struct push **ret);
