/* struct profile -> gzip-compressed pprof protobuf.
 *
 * Ids are index + 1, string_table[0] is "". The result is deterministic: the same profile gives the
 * same bytes. */
#pragma once

#include "model/profile.h"

/* The whole file in memory; *ret is the caller's to free. */
struct error *pprof_encode(const struct profile *profile, void **ret, size_t *ret_size);

/* Writes it to `path`: to a temporary file in the same folder that is synced and then renamed, so
 * that a reader sees the old file or the whole new one. What exists and is no regular file (a pipe,
 * /dev/stdout, a terminal) is written to directly; a directory is an error. "-" is standard output.
 * A symbolic link is followed to a regular file, which is then replaced; the link stays. Errors
 * name the path. */
struct error *pprof_write_file(const struct profile *profile, const char *path);
