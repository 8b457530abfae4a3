/* memprof run --http: profiles of the program and its children, while it runs. */
#pragma once

#include "cli/watch/watch.h"

struct error *run_http_add(struct watch *watch);
