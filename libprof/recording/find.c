#include "recording/find.h"

#include "base/cleanup.h"
#include "base/path.h"
#include "proc/maps.h"
#include "proc/process.h"
#include "recording/writer.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX ".mprec"

/* A path by which the recording can be found again: a file that ends in the suffix. */
static bool is_recording(const char *path) {
  return path[0] == '/' && strlen(path) > strlen(SUFFIX) && ends_with(path, SUFFIX);
}

/* Whether `path` is the recording that the process itself writes: a forked child still maps its
 * parent's until it allocates. */
static bool is_own(const char *path, pid_t pid) {
  _cleanup_recording_ struct recording *recording = NULL;
  _cleanup_error_ struct error *err = recording_open_counters(path, &recording);
  if (err || recording->header.pid != (uint32_t)process_own_pid(pid))
    return false;
  recording->pid = pid;
  return recording_has_writer(recording);
}

/* As the process names it, or through its root folder where that is not ours. */
static char *openable(const char *path, pid_t pid) {
  char *name = strdup(path);
  if (name && is_own(name, pid))
    return name;
  free(name);
  if (asprintf(&name, "/proc/%d/root%s", pid, path) < 0)
    return NULL;
  if (is_own(name, pid))
    return name;
  free(name);
  return NULL;
}

struct search {
  pid_t pid;
  char last[PATH_MAX]; /* the path that was tried last: a recording is mapped in many pieces */
  char *found;
};

static bool look_at(void *context, const struct mapping *mapping) {
  struct search *search = context;
  if (!is_recording(mapping->path) || !strcmp(mapping->path, search->last) ||
      strlen(mapping->path) >= sizeof(search->last))
    return true;
  strcpy(search->last, mapping->path);
  search->found = openable(mapping->path, search->pid);
  return !search->found;
}

/* The process's own recording, or NULL; *error is then 0 if the process could be looked into. */
static char *find_recording(pid_t pid, int *error) {
  struct search search = {.pid = pid};
  *error = maps_visit(pid, look_at, &search);
  return search.found;
}

struct error *recorded_process_find(pid_t pid, char **ret) {
  struct error *err = process_check_proc();
  if (err)
    return err;
  int error;
  char *path = find_recording(pid, &error);
  if (path) {
    *ret = path;
    return NULL;
  }
  if (error == EACCES || error == EPERM)
    return error_create(ERROR_CANNOT, "process %d may not be looked into: %s%s", pid,
                        strerror(error), geteuid() ? "; try as root" : "");
  if (error == ENOENT || error == ESRCH || (kill(pid, 0) < 0 && errno == ESRCH))
    return error_create(ERROR_BAD_INPUT,
                        "there is no process %d; `memprof ps` lists those that "
                        "are recorded",
                        pid);
  return error_create(ERROR_BAD_INPUT,
                      "process %d is not being recorded; start its program with `memprof run`, "
                      "`memprof ps` lists those that are",
                      pid);
}

static bool is_this_users(const struct recording *recording) {
  struct stat st;
  return fstat(recording->fd, &st) == 0 && st.st_uid == geteuid();
}

struct error *recording_open_of(const char *path, pid_t pid, enum recording_part part,
                                struct recording **ret) {
  _cleanup_recording_ struct recording *recording = NULL;
  struct error *err = part == RECORDING_COUNTERS ? recording_open_counters(path, &recording)
                      : part == RECORDING_SITES  ? recording_open_sites(path, &recording)
                                                 : recording_open(path, &recording);
  if (err)
    return err;
  recording->pid = pid;
  if (!is_this_users(recording) && !recording_has_writer(recording))
    return error_create(ERROR_BAD_INPUT, "%s: not the recording of process %d any more", path, pid);
  *ret = no_cleanup_ptr(recording);
  return NULL;
}

struct error *recorded_process_open(pid_t pid, bool counters_only, struct recording **ret) {
  _cleanup_free_ char *path = NULL;
  struct error *err = recorded_process_find(pid, &path);
  return err ? err
             : recording_open_of(path, pid, counters_only ? RECORDING_COUNTERS : RECORDING_ALL,
                                 ret);
}

static bool is_ours(pid_t pid) {
  uid_t user;
  return process_user(pid, &user) && (geteuid() == 0 || user == geteuid());
}

static int compare_pids(const void *a, const void *b) {
  const struct recorded_process *x = a, *y = b;
  return (x->pid > y->pid) - (x->pid < y->pid);
}

struct listing {
  struct recorded_list list;
  bool failed;
};

static bool add_process(void *context, pid_t pid) {
  struct listing *listing = context;
  struct recorded_process process = {.pid = pid};
  int error;
  if (is_ours(pid))
    process.path = find_recording(pid, &error);
  if (process.path && !VECTOR_PUSH(&listing->list, process)) {
    free(process.path);
    listing->failed = true;
  }
  return !listing->failed;
}

struct error *recorded_list_read(struct recorded_list *ret) {
  struct error *err = process_check_proc();
  if (err)
    return err;
  struct listing listing = {0};
  int error = process_each(add_process, &listing);
  if (error)
    return error_system(error, "/proc");
  if (listing.failed) {
    recorded_list_deinit(&listing.list);
    return &error_no_memory;
  }
  if (listing.list.count)
    qsort(listing.list.data, listing.list.count, sizeof(*listing.list.data), compare_pids);
  *ret = listing.list;
  return NULL;
}

void recorded_list_deinit(struct recorded_list *list) {
  for (size_t i = 0; i < list->count; i++)
    free(list->data[i].path);
  VECTOR_DEINIT(list);
}
