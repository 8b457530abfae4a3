#include "proc/cgroup.h"

#include "base/cleanup.h"

#include <inttypes.h>
#include <string.h>

/* Version 1 has no word for "no limit": it is the largest number of whole pages. */
#define NO_LIMIT_V1 (1ull << 62)

static FILE *open_in(const char *folder, const char *name) {
  _cleanup_free_ char *path = NULL;
  if (asprintf(&path, "%s/%s", folder, name) < 0)
    path = NULL;
  return path ? fopen(path, "re") : NULL;
}

/* Reads a file that holds a number; "max" is no number. */
static bool read_number(const char *folder, const char *name, uint64_t *ret) {
  _cleanup_fclose_ FILE *file = open_in(folder, name);
  return file && fscanf(file, "%" SCNu64, ret) == 1;
}

/* A number of a file of "key number" lines. */
static bool read_keyed(const char *folder, const char *name, const char *key, uint64_t *ret) {
  char line[128];
  size_t n = strlen(key);
  _cleanup_fclose_ FILE *file = open_in(folder, name);
  while (file && fgets(line, sizeof(line), file))
    if (!strncmp(line, key, n) && line[n] == ' ')
      return sscanf(line + n, "%" SCNu64, ret) == 1;
  return false;
}

/* Whether "memory" is in the list, whose words are joined by commas and which ends at a colon. */
static bool has_memory(const char *list) {
  for (;;) {
    size_t n = strcspn(list, ",:");
    if (n == 6 && !strncmp(list, "memory", 6))
      return true;
    if (list[n] != ',')
      return false;
    list += n + 1;
  }
}

/* The path in a line "number:controllers:path" of /proc/PID/cgroup, if it is the wanted version's
 * for memory: of version 2 there is one for all, with number 0. */
static const char *path_in(char *line, bool v1) {
  char *controllers = strchr(line, ':');
  char *path = controllers ? strchr(controllers + 1, ':') : NULL;
  if (!path || (v1 ? !has_memory(controllers + 1) : strncmp(line, "0::", 3) != 0))
    return NULL;
  path++;
  path[strcspn(path, "\n")] = '\0';
  return strstr(path, "/..") ? "/" : path; /* outside of what our namespace shows */
}

static char *path_of(pid_t pid, bool v1) {
  char name[64], line[4352];
  const char *path = NULL;
  snprintf(name, sizeof(name), "/proc/%d/cgroup", pid);
  _cleanup_fclose_ FILE *file = fopen(name, "re");
  while (file && !path && fgets(line, sizeof(line), file))
    path = path_in(line, v1);
  return path ? strdup(path) : NULL;
}

/* One step up; false at the root. "/a/b" -> "/a" -> "". */
static bool go_up(char *path) {
  char *slash = strrchr(path, '/');
  if (!slash)
    return false;
  *slash = '\0';
  return true;
}

static bool note_limit(struct cgroup *group, const char *folder, const char *file,
                       const char *name) {
  uint64_t limit;
  if (!read_number(folder, file, &limit) || (group->v1 && limit >= NO_LIMIT_V1) ||
      (group->limited && limit >= group->limit))
    return true;
  free(group->limited);
  free(group->name);
  group->limited = strdup(folder);
  group->name = strdup(*name ? name : "/");
  group->limit = limit;
  group->limit_file = file;
  return group->limited && group->name;
}

/* A container may see its own group as the root: its path is then not there, but the root is. */
static struct error *read_groups(const char *top, char *path, struct cgroup *group) {
  static const char *const files[2][2] = {{"memory.max", "memory.high"},
                                          {"memory.limit_in_bytes", NULL}};
  const char *probe = group->v1 ? "memory.usage_in_bytes" : "cgroup.procs";
  if (!strcmp(path, "/"))
    *path = '\0';
  do {
    _cleanup_free_ char *folder = NULL;
    if (asprintf(&folder, "%s%s", top, path) < 0)
      return &error_no_memory;
    _cleanup_fclose_ FILE *there = open_in(folder, probe);
    if (!there)
      continue;
    if (!note_limit(group, folder, files[group->v1][0], path) ||
        (files[group->v1][1] && !note_limit(group, folder, files[group->v1][1], path)))
      return &error_no_memory;
    if (!group->folder)
      group->folder = no_cleanup_ptr(folder);
  } while (go_up(path));
  return NULL;
}

static struct error *read_version(const char *root, pid_t pid, bool v1, struct cgroup *ret) {
  _cleanup_free_ char *path = path_of(pid, v1), *top = NULL;
  *ret = (struct cgroup){.v1 = v1};
  if (!path)
    return NULL;
  if (asprintf(&top, "%s%s", root, v1 ? "/memory" : "") < 0)
    return &error_no_memory;
  struct error *err = read_groups(top, path, ret);
  if (err)
    cgroup_deinit(ret);
  return err;
}

struct error *cgroup_read(const char *root, pid_t pid, struct cgroup *ret) {
  struct cgroup group;
  struct error *err = read_version(root, pid, false, &group);
  if (!err && !group.folder) /* version 2 without memory, beside version 1 */
    err = read_version(root, pid, true, &group);
  if (!err)
    *ret = group;
  return err;
}

void cgroup_deinit(struct cgroup *group) {
  free(group->folder);
  free(group->limited);
  free(group->name);
  *group = (struct cgroup){0};
}

bool cgroup_used(const struct cgroup *group, uint64_t *ret) {
  uint64_t used, inactive = 0, active = 0;
  if (!group->limited ||
      !read_number(group->limited, group->v1 ? "memory.usage_in_bytes" : "memory.current", &used))
    return false;
  read_keyed(group->limited, "memory.stat", group->v1 ? "total_inactive_file" : "inactive_file",
             &inactive);
  read_keyed(group->limited, "memory.stat", group->v1 ? "total_active_file" : "active_file",
             &active);
  *ret = used > inactive + active ? used - inactive - active : 0;
  return true;
}

/* The root group counts none of its own; the machine does. */
bool cgroup_kills(const struct cgroup *group, uint64_t *ret) {
  const char *file = group->v1 ? "memory.oom_control" : "memory.events";
  return (group->folder && read_keyed(group->folder, file, "oom_kill", ret)) ||
         read_keyed("/proc", "vmstat", "oom_kill", ret);
}
