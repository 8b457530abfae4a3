/* Tells a file by its first bytes: refuses early, with a remedy, a file that is no pprof protobuf.
 */
#pragma once

#include "base/error.h"

#include <stddef.h>

/* ERROR_BAD_INPUT if n bytes that begin a file cannot be a pprof profile: nothing at all, one of
 * the text formats that came before it, or something else. Messages do not name the file. NULL for
 * gzip. */
struct error *pprof_check_start(const void *bytes, size_t n);
