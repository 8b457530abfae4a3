#include "cli/session/members.h"

#include "base/cleanup.h"
#include "common/settings.h"

#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

enum { MOST_LOOKS = 10 }; /* on a machine where processes come all the time */

/* Whether a file of /proc holds an item with `text` in it; items end with `separator`. */
static bool holds(const char *pid, const char *name, char separator, const char *text) {
  char path[300];
  _cleanup_free_ char *item = NULL;
  size_t room = 0;
  bool found = false;
  snprintf(path, sizeof(path), "/proc/%s/%s", pid, name);
  _cleanup_fclose_ FILE *file = fopen(path, "re");
  while (file && !found && getdelim(&item, &room, separator, file) > 0)
    found = strstr(item, text) != NULL;
  return found;
}

static bool is_member(const char *pid, const char *recordings, const char *setting) {
  return holds(pid, "maps", '\n', recordings) || holds(pid, "environ", '\0', setting);
}

/* The pids given out since the session began: `memprof run` had the first, its folder bears it.
 * They go up and begin again from the bottom; /proc/loadavg ends with the latest. */
struct pid_range {
  long first, last;
};

static struct pid_range pids_since(const char *folder) {
  struct pid_range range = {0, LONG_MAX};
  const char *name = strrchr(folder, '/');
  _cleanup_fclose_ FILE *file = fopen("/proc/loadavg", "re");
  if (!file || fscanf(file, "%*s %*s %*s %*s %ld", &range.last) != 1 || !name ||
      sscanf(name, "/run.%ld.", &range.first) != 1)
    return (struct pid_range){0, LONG_MAX};
  return range;
}

static bool in_range(struct pid_range range, long pid) {
  return range.first <= range.last ? pid >= range.first && pid <= range.last
                                   : pid >= range.first || pid <= range.last;
}

static unsigned count_members(const char *folder, struct pid_range range) {
  _cleanup_free_ char *recordings = NULL, *setting = NULL;
  unsigned members = 0;
  _cleanup_closedir_ DIR *processes = opendir("/proc");
  if (!processes)
    return 0;
  if (asprintf(&recordings, "%s/", folder) >= 0 &&
      asprintf(&setting, SETTING_DIR "=%s", folder) >= 0)
    for (struct dirent *d; (d = readdir(processes));)
      members += isdigit((unsigned char)d->d_name[0]) && in_range(range, atol(d->d_name)) &&
                 atol(d->d_name) != getpid() && is_member(d->d_name, recordings, setting);
  return members;
}

/* A process that forks and ends while the list is read is not there any more when it is looked at,
 * and its child not on the list yet: so one that came meanwhile is a reason to look again. */
unsigned session_members(const char *folder) {
  struct pid_range range = pids_since(folder);
  for (int looks = 0; looks < MOST_LOOKS; looks++) {
    unsigned members = count_members(folder, range);
    struct pid_range now = pids_since(folder);
    if (members || now.last == range.last)
      return members;
    range = now;
  }
  return 0;
}
