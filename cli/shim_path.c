#include "cli/shim_path.h"

#include "base/cleanup.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* Relative to the folder of the executable: the build folder's layout, then the installed one. */
static const char *const places[] = {"../libprof/shim/libmemprof.so", MEMPROF_SHIM_FROM_BIN};

static struct error *find(char **ret) {
  char self[PATH_MAX];
  ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
  if (n < 0)
    return error_system(errno, "/proc/self/exe");
  self[n] = '\0';
  *strrchr(self, '/') = '\0';
  for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
    _cleanup_free_ char *path = NULL;
    if (asprintf(&path, "%s/%s", self, places[i]) < 0)
      return &error_no_memory;
    if ((*ret = realpath(path, NULL)))
      return NULL;
  }
  return error_create(
      ERROR_OTHER, "libmemprof.so is neither beside %s nor installed; install memprof again", self);
}

static struct error *link_in(const char *folder, char **path) {
  char *link;
  if (asprintf(&link, "%s/libmemprof.so", folder) < 0)
    return &error_no_memory;
  if (symlink(*path, link) < 0 && errno != EEXIST) {
    struct error *err = error_system(errno, "cannot link %s", link);
    free(link);
    return err;
  }
  free(*path);
  *path = link;
  return NULL;
}

struct error *shim_path(const char *folder, char **ret) {
  char *path;
  struct error *err = find(&path);
  if (!err && strpbrk(path, " :"))
    err = link_in(folder, &path);
  if (!err)
    *ret = path;
  return err;
}
