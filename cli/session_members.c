#include "cli/session_members.h"

#include "base/cleanup.h"
#include "common/settings.h"

#include <ctype.h>
#include <dirent.h>
#include <stdbool.h>
#include <string.h>

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

unsigned session_members(const char *folder) {
  _cleanup_free_ char *recordings = NULL, *setting = NULL;
  unsigned members = 0;
  DIR *processes = opendir("/proc");
  if (!processes)
    return 0;
  if (asprintf(&recordings, "%s/", folder) >= 0 &&
      asprintf(&setting, SETTING_DIR "=%s", folder) >= 0)
    for (struct dirent *d; (d = readdir(processes));)
      members += isdigit((unsigned char)d->d_name[0]) && is_member(d->d_name, recordings, setting);
  closedir(processes);
  return members;
}
