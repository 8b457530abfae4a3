/* Recordings that lie about, by the folders that they lie in. */
#pragma once

#include "cli/session/session.h"

/* A folder that has recordings, and whether a memprof run goes on that will collect them. */
struct left_folder {
  char *path; /* owned */
  bool held;
  struct session_list list;
};

struct left_behind {
  struct left_folder *data;
  size_t count, capacity;
};

/* Adds what lies in the roots of this user (cli/session/roots.h). */
struct error *left_behind_add_all(struct left_behind *left);

/* Adds what the user names: a recording, a folder with the sessions in it, or a name that a listing
 * shows ("12.0.mprec", "run.9.aBcDeF", "run.9.aBcDeF/12.0.mprec"). ERROR_BAD_INPUT if there is no
 * such thing. */
struct error *left_behind_add_named(struct left_behind *left, const char *name);

void left_behind_deinit(struct left_behind *left);
#define _cleanup_left_behind_ __attribute__((cleanup(left_behind_deinit)))
