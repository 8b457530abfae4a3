/* The newest profiles of the working folder, for commands that were given no file.
 *
 * Every *.pb.gz is one, whoever wrote it: a file's time is that of its last change. */
#pragma once

#include "base/error.h"

#include <stddef.h>

/* The n newest profiles, the oldest of them first, and says on stderr which it took. The names are
 * the caller's. ERROR_BAD_INPUT where there are fewer. */
struct error *newest_profiles(size_t n, char **ret);
