/* Reading a recording, live or left behind.
 *
 * recording_open copies all that profiles need out of the file with pread: neither a target that
 * goes on writing nor a file that shrinks can disturb the reader. Every offset, count and length is
 * checked on the way. Memory is taken in proportion to what the file holds, not to what it claims.
 * Elements that were not published when the copy was made are left out. */
#pragma once

#include "base/error.h"
#include "base/vector.h"
#include "common/layout.h"

#include <stdbool.h>
#include <sys/types.h>

struct recording {
  struct recording_header header; /* strings in it are NUL-terminated */
  struct recording_thread *threads;
  uint64_t n_threads; /* counters, free ones included (tid 0) */
  struct recording_module *modules;
  uint64_t n_modules;
  struct recording_site *sites;
  struct recording_tag *tags;
  uint64_t n_tags;
  uint64_t n_sites; /* unpublished ones included (state) */
  struct recording_history *histories;
  uint64_t n_histories; /* in any state, also in mid-write */
  char *path;
  pid_t pid; /* as seen from here: the header's, except for a process in a container */

  /* Private. */
  int fd;
  uint64_t *stacks;
  uint64_t n_stacks; /* words */
};

/* Whether the file at `path` begins as a recording does; false also when it cannot be read. */
bool recording_is(const char *path);

/* How much of a recording is read. The first two are for watchers that read again and again. */
enum recording_part { RECORDING_COUNTERS, RECORDING_SITES, RECORDING_ALL };

/* Opens a recording that memprof found. Other users may have put something else in its place: it
 * must be a regular file with one name, no link, and of this user; root reads those of all users.
 * ERROR_BAD_INPUT when it is not such a file, or not a recording that this version reads. */
struct error *recording_open(const char *path, struct recording **ret);
struct error *recording_open_sites(const char *path, struct recording **ret);
struct error *recording_open_counters(const char *path, struct recording **ret);

/* The same for the file `name` in the folder that is open as `folder`, and of this owner; ANYBODY
 * for root alone. `path` is what messages call it. */
#define ANYBODY ((uid_t)-1)
struct error *recording_open_in(int folder, const char *name, const char *path, uid_t owner,
                                struct recording **ret);

/* Opens the file that the user named, whatever it is and whoever has it. */
struct error *recording_open_named(const char *path, enum recording_part part,
                                   struct recording **ret);
void recording_destroy(struct recording *recording);

/* The frames of a site's stack, leaf first, and its header word's depth, flags and generation.
 * False when the recording does not hold it. */
bool recording_stack(const struct recording *recording, uint32_t stack,
                     uint64_t frames[RECORDING_MAX_DEPTH], uint64_t *word);

/* The name that the program was called with, without its folder. An executable's own name may be
 * that of a link's target. Untrusted. Points into the recording. */
const char *recording_program(const struct recording *recording);

static inline void cleanup_recording(struct recording **recording) {
  recording_destroy(*recording);
}
#define _cleanup_recording_ __attribute__((cleanup(cleanup_recording)))
