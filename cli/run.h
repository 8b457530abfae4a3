/* What the rest of `memprof run` asks of its own options. */
#pragma once

#include <stdbool.h>

/* --quiet */
bool run_is_quiet(void);
