/* The profiles of a folder, by the time of their last change.
 *
 * Every *.pb.gz is one, whoever wrote it, except for empty files, which hold a name for a profile
 * that is being written. */
#pragma once

#include "base/error.h"

#include <stddef.h>
#include <time.h>

struct profile_file {
  char *name; /* within the folder; owned */
  struct timespec changed;
};

struct profile_files {
  struct profile_file *data; /* newest first */
  size_t count, capacity;
};

struct error *profile_files_read(const char *folder, struct profile_files *ret);
void profile_files_deinit(struct profile_files *files);
#define _cleanup_profile_files_ __attribute__((cleanup(profile_files_deinit)))

/* The n newest profiles of the working folder, the oldest of them first, for commands that were
 * given no file; says on stderr which it took. The names are the caller's. ERROR_BAD_INPUT where
 * there are fewer. */
struct error *newest_profiles(size_t n, char **ret);
