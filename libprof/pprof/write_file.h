/* A profile as a pprof file. */
#pragma once

#include "model/profile.h"

/* Writes the profile (pprof/encode.h) to a temporary file in the folder of `path` that is synced and
 * then renamed, so that a reader sees the old file or the whole new one. A symbolic link to a file is
 * replaced, not followed: in a folder like /tmp it may be someone else's. What exists and is no
 * regular file (a pipe, a terminal) is written to directly, as are "-" and /dev/stdout; a directory is
 * an error. Errors name the path. */
struct error *pprof_write_file(const struct profile *profile, const char *path);
