#include "leak/process.h"

#include "base/path.h"
#include "leak/leak_lists.h"
#include "leak/unseen.h"
#include "proc/process.h"
#include "recording/wrong_frees.h"

#include <stdlib.h>
#include <string.h>

char *leak_process_command(const struct recording *recording) {
  const struct recording_header *header = &recording->header;
  return header->command_size ? process_join_arguments(header->command, header->command_size)
                              : strdup(header->executable);
}

/* The process's own recording among its mappings; after fork a child still maps its parent's. */
static struct error *find_recording(const struct maps *maps, pid_t pid, struct recording **ret) {
  *ret = NULL;
  for (size_t i = 0; i < maps->count && !*ret; i++) {
    const char *path = maps->data[i].path;
    if (!ends_with(path, ".mprec") || (i && !strcmp(path, maps->data[i - 1].path)))
      continue;
    struct recording *recording;
    struct error *err = recording_open(path, &recording);
    if (err)
      return err;
    if (recording->pid == pid)
      *ret = recording;
    else
      recording_destroy(recording);
  }
  return NULL;
}

struct error *leak_process_is_recorded(pid_t pid) {
  struct maps maps = {0};
  struct error *err = maps_read(pid, &maps);
  bool found = err != NULL;
  error_destroy(err);
  for (size_t i = 0; i < maps.count && !found; i++)
    found = strstr(maps.data[i].path, ".mprec") || strstr(maps.data[i].path, "/libmemprof.so");
  maps_deinit(&maps);
  return found ? NULL
               : error_create(ERROR_CANNOT,
                              "cannot check process %d: memprof did not start it, so its "
                              "allocations are not known; start it by 'memprof run --exact -- "
                              "PROGRAM', then give its pid",
                              pid);
}

/* An error becomes the reason why a process was not checked. */
static struct error *set_reason(struct leak_process *process, struct error *err) {
  process->reason = strdup(err->message);
  error_destroy(err);
  return process->reason ? NULL : &error_no_memory;
}

static const char *const unrecorded = "it ran without libmemprof.so: it is statically linked or "
                                      "set-uid, changed LD_PRELOAD, or was killed as it started";

static struct error *without_recording(const struct maps *maps, struct leak_process *process,
                                       enum leak_skip *skipped) {
  if (maps_find_file(maps, "/libmemprof.so")) {
    struct error *err = unseen_find(process->pid, maps, 0, &process->reason);
    if (!process->reason)
      *skipped = SKIP_NOTHING;
    return err;
  }
  process->reason = strdup(unrecorded);
  return process->reason ? NULL : &error_no_memory;
}

static struct error *check_recorded(const struct stopped_process *process,
                                    const struct recording *recording, const struct maps *maps,
                                    const struct leaks_options *options, struct leak_process *ret,
                                    enum leak_skip *skipped) {
  struct leaks_notes notes = {0};
  bool done;
  ret->command = leak_process_command(recording);
  if (!ret->command)
    return &error_no_memory;
  struct error *err = leak_lists_requests(recording, process->reader, &done, &ret->suppressions);
  if (err)
    return err;
  if (done && process->ending) {
    *skipped = SKIP_REQUESTED;
    return NULL;
  }
  err = recording_wrong_frees(recording, &ret->wrong_frees);
  if (!err)
    err = unseen_find(process->pid, maps, recording->header.flags, &ret->reason);
  if (err || ret->reason)
    return err;
  err = leaks_find(recording, process, options, &ret->profile, &notes);
  if (err)
    return set_reason(ret, err);
  ret->missed_threads = notes.missed_threads;
  ret->unreadable = notes.unreadable;
  ret->dropped = notes.dropped;
  ret->incomplete = notes.incomplete;
  return NULL;
}

static struct error *check(const struct stopped_process *process, const struct maps *maps,
                           const struct leaks_options *options, struct leak_process *ret,
                           enum leak_skip *skipped) {
  _cleanup_recording_ struct recording *recording = NULL;
  struct error *err = find_recording(maps, process->pid, &recording);
  if (!err && recording)
    return check_recorded(process, recording, maps, options, ret, skipped);
  ret->command = process_command(process->pid);
  if (!ret->command) {
    error_destroy(err);
    return &error_no_memory;
  }
  return err ? set_reason(ret, err) : without_recording(maps, ret, skipped);
}

struct error *leak_process_check(const struct stopped_process *process,
                                 const struct leaks_options *options, struct leak_process *ret,
                                 enum leak_skip *skipped) {
  struct leak_process checked = {.pid = process->pid};
  struct maps maps = {0};
  *skipped = SKIP_NOT;
  struct error *err = maps_read(process->reader, &maps);
  if (err) {
    err = set_reason(&checked, err);
    checked.command = process_command(process->pid);
  } else
    err = check(process, &maps, options, &checked, skipped);
  maps_deinit(&maps);
  if (err || *skipped)
    leak_process_deinit(&checked);
  *ret = checked;
  return err;
}
