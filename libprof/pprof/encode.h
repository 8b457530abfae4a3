/* struct profile -> gzip-compressed pprof protobuf.
 *
 * Ids are index + 1, string_table[0] is "". The result is deterministic: the same profile gives the
 * same bytes. */
#pragma once

#include "model/profile.h"

/* The whole file in memory; *ret is the caller's to free. */
struct error *pprof_encode(const struct profile *profile, void **ret, size_t *ret_size);

/* Writes it to `path`: to a temporary file in the same folder that is synced and then renamed, so
 * that a reader sees the old file or the whole new one. A symbolic link to a file is replaced, not
 * followed: in a folder like /tmp it may be someone else's. What exists and is no regular file (a
 * pipe, a terminal) is written to directly, as are "-" and /dev/stdout; a directory is an error.
 * Errors name the path. */
struct error *pprof_write_file(const struct profile *profile, const char *path);
