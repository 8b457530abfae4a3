/* Where the shim is. */
#pragma once

#include "base/error.h"

/* The path of libmemprof.so: beside this executable in a build folder, or where it was installed.
 * The caller owns *ret. Paths that LD_PRELOAD cannot hold (blanks, colons) are reached through a
 * link made in `folder`. */
struct error *shim_path(const char *folder, char **ret);
