/* Recordings that are being written now, found from outside: a recorded process maps its recording,
 * and /proc/PID/maps shows that. Nothing is asked of the process itself. */
#pragma once

#include "base/error.h"
#include "base/vector.h"
#include "recording/recording.h"

#include <sys/types.h>

struct recorded_process {
  pid_t pid;
  char *path; /* opens its recording, also from outside its container; owned */
};

struct recorded_list {
  struct recorded_process *data;
  size_t count, capacity;
};

/* The recorded processes of this user that may be looked into, by pid; for root, those of all
 * users. */
struct error *recorded_list_read(struct recorded_list *ret);
void recorded_list_deinit(struct recorded_list *list);
#define _cleanup_recorded_list_ __attribute__((cleanup(recorded_list_deinit)))

/* The recording of one process, as `path` above; *ret is the caller's. ERROR_BAD_INPUT if there is
 * no such process or it is not recorded, ERROR_CANNOT if it may not be looked into. */
struct error *recorded_process_find(pid_t pid, char **ret);

/* Opens the recording at such a path, and sets its pid. By now the path may lead to another file:
 * one of another user, which root alone can open, must be what the process maps. */
struct error *recording_open_of(const char *path, pid_t pid, enum recording_part part,
                                struct recording **ret);

/* Opens the recording of a running process: all of it, or as recording_open_counters does. Errors
 * say what to do. */
struct error *recorded_process_open(pid_t pid, bool counters_only, struct recording **ret);
