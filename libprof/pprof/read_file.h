/* A profile from a pprof file. */
#pragma once

#include "model/profile.h"

/* Reads the file at `path`, "-" for standard input, and decodes it (pprof/decode.h); pipes are read
 * to their end. */
struct error *pprof_read_file(const char *path, struct profile **ret);
