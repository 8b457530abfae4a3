/* Snapshots that `memprof run` takes by itself: of any live process of the session, for any
 * watcher, into numbered files that never overwrite one.
 *
 * The recording is copied at once, by the caller; making it a profile, naming its code and writing
 * it are a thread's work, so that nothing waits for a slow disk. All files are written before
 * watch_wait returns. --keep leaves the newest and the largest of each process image. */
#pragma once

#include "cli/watch/watchers.h"

/* The heading of the options about snapshots. */
#define SNAPSHOTS_TITLE "Snapshots while it runs, numbered: memprof.NAME.PID.0001.pb.gz"

/* --keep. The watchers that take snapshots add the watcher. */
extern const struct watcher_kind snapshots_kind;

/* Makes snapshots_take possible: for watchers, before they add themselves. Again is fine. */
struct error *snapshots_add(struct watch *watch);

/* A snapshot that was written, or could not be. */
struct snapshot {
  pid_t pid;
  const char *
      path; /* NULL: it could not be written, which was reported; --keep may remove the file later */
  const char *reason; /* as given to snapshots_take */
  uint64_t live_bytes;
};
typedef void snapshot_done_fn(void *context, struct watch *watch, const struct snapshot *snapshot);

/* Takes a snapshot of the process. `reason`, like "live memory passed 500 MiB", becomes the file's
 * comment "snapshot: REASON" and part of the line that is printed. `done` (which may be NULL) is
 * called later in the main thread. The only error is exhausted memory. For a process that has just
 * ended there is no snapshot, and `done` is not called. */
struct error *snapshots_take(struct watch *watch, struct process *process, const char *reason,
                             snapshot_done_fn *done, void *context);
