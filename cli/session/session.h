/* A session's folder: where the processes of one `memprof run` put their recordings. */
#pragma once

#include "base/error.h"
#include "base/vector.h"

#include <stdbool.h>
#include <sys/types.h>

/* Makes a folder with mode 0700 and its path in *ret: in $MEMPROF_DIR if set, else in shared memory
 * where that has room, else in $TMPDIR or /tmp. */
struct error *session_create(char **ret);

/* The folders in which sessions and lone recordings of this user may lie; *ret is NULL-ended, each
 * string and the array owned by the caller. */
struct error *session_roots(char ***ret);

/* One recording file of a session. */
struct session_entry {
  char *path; /* owned */
  pid_t pid;
  unsigned generation; /* counts the images that a process executed */
};

struct session_list {
  struct session_entry *data;
  size_t count, capacity;
};

/* The recordings in `folder`, by pid, then generation. */
struct error *session_read(const char *folder, struct session_list *ret);
void session_list_deinit(struct session_list *list);

/* True when the process of entry i later executed another program that was recorded, too. */
bool session_has_later_image(const struct session_list *list, size_t i);
#define _cleanup_session_list_ __attribute__((cleanup(session_list_deinit)))

/* Removes the folder unless recordings are left in it: those that could not be made a profile of.
 */
void session_leave(const char *folder);

/* Removes the folder with the recordings in it. Errors are ignored: what is left can be recovered.
 */
void session_remove(const char *folder);
