/* A profile as a pprof file. */
#pragma once

#include "model/profile.h"

/* Writes the profile (pprof/encode.h) to a temporary file in the folder of `path`, syncs it and
 * renames it, so that a reader sees the old file or the whole new one. Replaces a symbolic link to
 * a file instead of following it: in a folder like /tmp it may be someone else's. Writes directly
 * to "-", to /dev/stdout, and to an existing file that is not regular (a pipe, a terminal). A
 * directory is an error. Errors name the path. */
struct error *pprof_write_file(const struct profile *profile, const char *path);
