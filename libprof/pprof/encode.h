/* struct profile -> gzip-compressed pprof protobuf.
 *
 * Ids are index + 1, string_table[0] is "". The result is deterministic: the same profile gives the
 * same bytes. */
#pragma once

#include "model/profile.h"

/* The whole file in memory; *ret is the caller's to free. */
struct error *pprof_encode(const struct profile *profile, void **ret, size_t *ret_size);
