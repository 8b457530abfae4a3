/* The folders that sessions and lone recordings lie in, and the choice among them.
 *
 * In the order of choice: $MEMPROF_DIR, then memprof-UID in /dev/shm, in $TMPDIR and in /tmp. A
 * folder of that name which is another user's, or open to others, is neither used nor read.
 *
 * Root's sessions are made in memprof-0-sessions: that folder may be passed through by those who
 * know a name in it, so that processes which have given up root find their session. */
#pragma once

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct root {
  char *path;     /* where the shim puts recordings by itself; owned */
  char *sessions; /* where sessions are made; owned */
  char *base;     /* exists: its file system is that of the root; owned */
  bool named;     /* by $MEMPROF_DIR: the user answers for it */
};

struct roots {
  struct root data[4];
  size_t count;
};

struct error *roots_list(struct roots *ret);
void roots_deinit(struct roots *roots);
#define _cleanup_roots_ __attribute__((cleanup(roots_deinit)))

/* Makes a folder run.PID.XXXXXX in the first root that can be had and has room, and *ret its path,
 * which the caller owns. Says so by message() if that is not the root that comes first. */
struct error *roots_make_session(char **ret);
