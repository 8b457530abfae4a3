/* pprof protobuf, gzip-compressed or not -> struct profile.
 *
 * The input may be hostile: everything is bounded and checked, and the result keeps struct
 * profile's invariants. Every fault is one ERROR_BAD_INPUT that names the file, the thing (sample
 * 3, location id 17) and, where there is one, the remedy. */
#pragma once

#include "base/strbuf.h"
#include "model/profile.h"

/* n bytes that came from `name` (for messages). */
struct error *pprof_decode(const void *bytes, size_t n, const char *name, struct profile **ret);

/* The same, and the buffer may be empty after it: its memory is used again for the profile. */
struct error *pprof_decode_buffer(struct strbuf *bytes, const char *name, struct profile **ret);
