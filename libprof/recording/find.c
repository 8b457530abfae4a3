#include "recording/find.h"

#include "base/cleanup.h"
#include "recording/recording.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX ".mprec"

/* The path of a maps line that maps a recording, cut to its end; NULL for any other line. */
static char *recording_path(char *line) {
  char *path = strchr(line, '/');
  size_t n = path ? strcspn(path, "\n") : 0;
  if (n < sizeof(SUFFIX) || strncmp(path + n - strlen(SUFFIX), SUFFIX, strlen(SUFFIX)) != 0)
    return NULL;
  path[n] = '\0';
  return path;
}

/* The pid that the process has in its own namespace, which is what its recording says: the last
 * number of a line in /proc/PID/status. */
static uint32_t own_pid(pid_t pid) {
  char name[64], line[256];
  snprintf(name, sizeof(name), "/proc/%d/status", pid);
  _cleanup_fclose_ FILE *status = fopen(name, "re");
  while (status && fgets(line, sizeof(line), status)) {
    char *last = strrchr(line, '\t');
    if (!strncmp(line, "NSpid:", 6) && last)
      return (uint32_t)strtoul(last + 1, NULL, 10);
  }
  return (uint32_t)pid;
}

/* Whether `path` is the recording that the process itself writes: a forked child still maps its
 * parent's until it allocates. */
static bool is_own(const char *path, pid_t pid) {
  _cleanup_recording_ struct recording *recording = NULL;
  _cleanup_error_ struct error *err = recording_open_counters(path, &recording);
  if (err || recording->header.pid != own_pid(pid))
    return false;
  recording->pid = pid;
  return recording_is_live(recording);
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

/* NULL with errno 0 if the process maps no recording of its own. */
static char *find(pid_t pid) {
  char name[64], line[4608], last[4608] = "";
  char *found = NULL;
  snprintf(name, sizeof(name), "/proc/%d/maps", pid);
  errno = 0;
  _cleanup_fclose_ FILE *maps = fopen(name, "re");
  while (maps && !found && fgets(line, sizeof(line), maps)) {
    char *path = recording_path(line);
    if (!path || !strcmp(path, last)) /* it is mapped in many pieces */
      continue;
    strcpy(last, path);
    found = openable(path, pid);
  }
  if (maps && !ferror(maps))
    errno = 0;
  return found;
}

struct error *recorded_process_find(pid_t pid, char **ret) {
  char *path = find(pid);
  int error = errno;
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

static bool is_ours(int proc, const char *name) {
  struct stat st;
  return isdigit((unsigned char)name[0]) && fstatat(proc, name, &st, 0) == 0 &&
         (geteuid() == 0 || st.st_uid == geteuid());
}

static int compare(const void *a, const void *b) {
  const struct recorded_process *x = a, *y = b;
  return (x->pid > y->pid) - (x->pid < y->pid);
}

struct error *recorded_list_read(struct recorded_list *ret) {
  struct recorded_list list = {0};
  struct error *err = NULL;
  _cleanup_closedir_ DIR *proc = opendir("/proc");
  if (!proc)
    return error_system(errno, "/proc");
  for (struct dirent *d; !err && (d = readdir(proc));) {
    if (!is_ours(dirfd(proc), d->d_name))
      continue;
    struct recorded_process process = {.pid = atoi(d->d_name)};
    process.path = find(process.pid);
    if (process.path && !VECTOR_PUSH(&list, process)) {
      free(process.path);
      err = &error_no_memory;
    }
  }
  if (err) {
    recorded_list_deinit(&list);
    return err;
  }
  if (list.count)
    qsort(list.data, list.count, sizeof(*list.data), compare);
  *ret = list;
  return NULL;
}

void recorded_list_deinit(struct recorded_list *list) {
  for (size_t i = 0; i < list->count; i++)
    free(list->data[i].path);
  VECTOR_DEINIT(list);
}
