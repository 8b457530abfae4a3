#include "cli/session/shim_path.h"

#include "base/cleanup.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* Relative to the folder of the executable: the build folder's layout, then the installed one. */
static const char *const places[] = {"../libprof/shim", MEMPROF_SHIM_FROM_BIN};

const char *const shim_names[N_SHIMS] = {"libmemprof.so", "libmemprof-new.so"};

static struct error *find(const char *name, char **ret) {
  char self[PATH_MAX];
  ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
  if (n < 0)
    return error_system(errno, "/proc/self/exe");
  self[n] = '\0';
  *strrchr(self, '/') = '\0';
  for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
    _cleanup_free_ char *path = NULL;
    if (asprintf(&path, "%s/%s/%s", self, places[i], name) < 0)
      return &error_no_memory;
    if ((*ret = realpath(path, NULL)))
      return NULL;
  }
  return error_create(ERROR_OTHER, "%s is neither beside %s nor installed; install memprof again",
                      name, self);
}

static struct error *link_in(const char *folder, const char *name, char **path) {
  char *link;
  if (asprintf(&link, "%s/%s", folder, name) < 0)
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

struct error *shim_path(const char *folder, enum shim shim, char **ret) {
  char *path = NULL;
  struct error *err = find(shim_names[shim], &path);
  if (path && strpbrk(path, " :"))
    err = link_in(folder, shim_names[shim], &path);
  if (!err)
    *ret = path;
  return err;
}
