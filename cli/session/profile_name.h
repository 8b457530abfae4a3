/* Names for profiles: a pattern with %p (pid), %n (program), %t (start time, seconds since the
 * epoch), %T (now, local time: 20261128-030000) and %%. */
#pragma once

#include "base/error.h"
#include "recording/recording.h"

#define PROFILE_NAME_DEFAULT "memprof.%n.%p.pb.gz"
#define SNAPSHOT_NAME_DEFAULT "memprof.%n.%p.%t.pb.gz"

enum profile_naming {
  NAME_EXACT,    /* the pattern's, whatever is there */
  NAME_FREE,     /* the pattern's, made different if a file is there */
  NAME_WITH_PID, /* the same, with the pid in it: the plain name is another process's */
};

/* The name for a recording's profile. It is made different by ".PID" before its suffix, then "-2",
 * "-3", ... A name that is not NAME_EXACT is taken at once, by an empty file: two processes that end
 * at one moment get two names. Fails where no file can be made. */
struct error *profile_name_choose(const char *pattern, enum profile_naming naming,
                                  const struct recording *recording, char **ret);

/* The name for one of a series of profiles of a recording: ".0001" before the suffix. The number is
 * the first free one from *number on; the name is taken as below, and *number becomes the next one.
 * With `with_pid` the pid is put into a name that lacks it: the plain name is another process's. */
struct error *profile_name_number(const char *pattern, bool with_pid,
                                  const struct recording *recording, unsigned *number, char **ret);

/* The name for one of several profiles of a recording: %t is `seconds`, in seconds since the epoch. A
 * name that is free is taken at once, by an empty file: two that ask at one moment get two names.
 */
struct error *profile_name_take(const char *pattern, const struct recording *recording,
                                uint64_t seconds, char **ret);

/* The pattern filled in, and no more. */
struct error *profile_name_expand(const char *pattern, const char *executable, pid_t pid,
                                  uint64_t seconds, char **ret);
