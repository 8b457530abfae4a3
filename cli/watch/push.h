/* memprof run --push: profiles of the program and its children, sent while it runs. */
#pragma once

#include "cli/watch/watch.h"

struct error *run_push_add(struct watch *watch);
