#include "cli/session/members.h"

#include "base/cleanup.h"
#include "common/settings.h"
#include "proc/maps.h"
#include "proc/process.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
  MOST_LOOKS = 10,  /* on a machine where processes come all the time */
  MOST_ASKED = 1000 /* pids that are asked for one by one, a tenth of a microsecond each */
};

/* The pids given out since the session began: `memprof run` had the first, its folder bears it.
 * They go up and begin again from the bottom. */
struct pid_range {
  pid_t first, last;
};

static struct pid_range pids_since(const char *folder) {
  struct pid_range range = {0, INT_MAX};
  const char *name = strrchr(folder, '/');
  if (!process_latest_pid(&range.last) || !name || sscanf(name, "/run.%d.", &range.first) != 1)
    return (struct pid_range){0, INT_MAX};
  return range;
}

static bool in_range(struct pid_range range, pid_t pid) {
  return range.first <= range.last ? pid >= range.first && pid <= range.last
                                   : pid >= range.first || pid <= range.last;
}

struct count {
  struct pid_range range;
  char *recordings, *setting; /* in a member's maps, in its environment; owned */
  bool maps_recording;        /* of the process that is being looked at */
  unsigned members;
};

static bool look_at_mapping(void *context, const struct mapping *mapping) {
  struct count *count = context;
  count->maps_recording = strstr(mapping->path, count->recordings) != NULL;
  return !count->maps_recording;
}

static bool look_at_process(void *context, pid_t pid) {
  struct count *count = context;
  if (!in_range(count->range, pid) || pid == getpid())
    return true;
  count->maps_recording = false;
  maps_visit(pid, look_at_mapping, count);
  count->members += count->maps_recording || process_environment_has(pid, count->setting);
  return true;
}

/* Whether the pid is a process's. kill() knows those of threads, too, and pidfd_open() the first
 * thread's alone. */
static bool is_process(pid_t pid) {
  if (kill(pid, 0) < 0 && errno == ESRCH)
    return false;
  _cleanup_close_ int fd = (int)syscall(SYS_pidfd_open, pid, 0);
  return fd >= 0 || (errno != EINVAL && errno != ENOENT && errno != ESRCH);
}

/* Whether the pids are few enough to ask for each: /proc lists all processes of the machine. */
static bool is_short(struct pid_range range) {
  return range.first <= range.last && range.last - range.first < MOST_ASKED;
}

static void look_at_each(struct count *count) {
  for (pid_t pid = count->range.first; pid <= count->range.last; pid++)
    if (is_process(pid))
      look_at_process(count, pid);
}

static unsigned count_members(const char *folder, struct pid_range range) {
  struct count count = {.range = range};
  if (asprintf(&count.recordings, "%s/", folder) < 0)
    count.recordings = NULL;
  if (asprintf(&count.setting, SETTING_DIR "=%s", folder) < 0)
    count.setting = NULL;
  if (count.recordings && count.setting && is_short(range))
    look_at_each(&count);
  else if (count.recordings && count.setting)
    process_each(look_at_process, &count);
  free(count.recordings);
  free(count.setting);
  return count.members;
}

/* A process may fork and end while the list is read: it is gone when it is looked at, and its child
 * is not on the list yet. So a process that came meanwhile is a reason to look again. Where pids are
 * asked for from the lowest on, only the new ones can be of such a child. */
static struct pid_range range_to_look_at(struct pid_range before, struct pid_range now) {
  if (is_short(before) && now.last > before.last)
    now.first = before.last + 1;
  return now;
}

unsigned session_members(const char *folder) {
  struct pid_range range = pids_since(folder);
  for (int looks = 0; looks < MOST_LOOKS; looks++) {
    unsigned members = count_members(folder, range);
    struct pid_range now = pids_since(folder);
    if (members || now.last == range.last)
      return members;
    range = range_to_look_at(range, now);
  }
  return 0;
}
