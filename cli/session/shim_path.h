/* The paths of the libraries that are loaded into programs. */
#pragma once

#include "base/error.h"

enum shim {
  SHIM,
  SHIM_NEW, /* C++'s operators, for leak checks; goes after the other */
  N_SHIMS,
};
extern const char *const shim_names[N_SHIMS];

/* The path of one of them: beside this executable in a build folder, or where it was installed.
 * The caller owns *ret. Paths that LD_PRELOAD cannot hold (blanks, colons) are reached through a
 * link made in `folder`. */
struct error *shim_path(const char *folder, enum shim shim, char **ret);
