/* A session's folder, run.PID.XXXXXX: where the processes of one `memprof run` put their
 * recordings.
 *
 * memprof run holds a lock on it for as long as it will collect them: session_is_held. Root's
 * session has the mode 01733, so that processes which have given up root are recorded, too; any
 * other is the user's alone.
 *
 * Readers take nothing that another user may have put in their way: folders and recordings are
 * opened relative to one another and without following links, and what is open is checked: its
 * kind, its owner, its number of names. */
#pragma once

#include "base/error.h"
#include "base/vector.h"
#include "recording/recording.h"

#include <stdbool.h>
#include <sys/types.h>

/* Makes a session's folder in the first of the roots that has room (cli/session/roots.h), holds it,
 * and *ret is its path. */
struct error *session_create(char **ret);

/* The descriptor that holds the session, for as long as it is open; -1: none. */
extern int session_hold_descriptor;

/* One recording file of a session. */
struct session_entry {
  char *path; /* owned */
  pid_t pid;
  unsigned generation; /* counts the images that a process executed */
};

struct session_list {
  struct session_entry *data;
  size_t count, capacity;
  int folder; /* descriptor, owned by the list; -1 before it was read */
  bool any_owner;
};
#define SESSION_LIST_INIT                                                                          \
  { .folder = -1 }

/* Whose folder may be read: this user's, or any that the user named. Only this user's recordings
 * are read in either, and those of all users in root's session. */
enum session_trust { SESSION_OWN, SESSION_NAMED };

/* The recordings in `folder`, by pid, then generation. */
struct error *session_read(const char *folder, struct session_list *ret);

/* The same for the folder `name` within the open folder `at` (AT_FDCWD: `name` is a path); `path`
 * is what its files are called. */
struct error *session_read_in(int at, const char *name, const char *path, enum session_trust trust,
                              struct session_list *ret);

/* A list of one: the recording that the user named. */
struct error *session_read_file(const char *path, struct session_list *ret);

void session_list_deinit(struct session_list *list);

/* Opens, and removes, the recording of entry i. */
struct error *session_open(const struct session_list *list, size_t i, struct recording **ret);
void session_unlink(const struct session_list *list, size_t i);

/* True when a process still holds the session and will collect its recordings. */
bool session_is_held(const struct session_list *list);

/* True when the process of entry i later executed another program that was recorded, too. */
bool session_has_later_image(const struct session_list *list, size_t i);
#define _cleanup_session_list_ __attribute__((cleanup(session_list_deinit)))

/* Removes the folder unless recordings are left in it: those that could not be made a profile of.
 * Anything else in root's session goes, too. */
void session_leave(const char *folder);

/* Removes the folder with the recordings in it. Errors are ignored: what is left can be recovered.
 */
void session_remove(const char *folder);
