#include "cli/input/folder.h"

#include "base/cleanup.h"
#include "cli/input/profile_files.h"
#include "model/merge.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

bool is_folder(const char *path) {
  struct stat st;
  return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Profiles and their paths, n of them at most. */
struct parts {
  struct profile **profiles;
  char **paths;
  size_t n;
};

static void parts_deinit(struct parts *parts) {
  for (size_t i = 0; i < parts->n; i++) {
    profile_destroy(parts->profiles[i]);
    free(parts->paths[i]);
  }
  free(parts->profiles);
  free(parts->paths);
}

static struct error *read_parts(const char *path, const struct profile_files *files,
                                struct error *(*read)(const char *path, struct profile **ret),
                                struct parts *ret) {
  ret->profiles = calloc(files->count, sizeof(*ret->profiles));
  ret->paths = calloc(files->count, sizeof(*ret->paths));
  if (!ret->profiles || !ret->paths)
    return &error_no_memory;
  struct error *err = NULL;
  for (size_t i = 0; i < files->count && !err; i++) {
    if (asprintf(&ret->paths[i], "%s/%s", path, files->data[i].name) < 0)
      return &error_no_memory;
    ret->n++;
    err = read(ret->paths[i], &ret->profiles[i]);
  }
  return err;
}

struct error *folder_read(const char *path,
                          struct error *(*read)(const char *path, struct profile **ret),
                          struct profile **ret) {
  _cleanup_profile_files_ struct profile_files files = {0};
  __attribute__((cleanup(parts_deinit))) struct parts parts = {0};
  struct error *err = profile_files_read(path, &files);
  if (err)
    return err;
  if (!files.count)
    return error_create(ERROR_BAD_INPUT,
                        "%s: no profile (*.pb.gz) in this folder; make some: memprof run -o "
                        "'%s/%%n.%%p.pb.gz' PROGRAM",
                        path, path);
  err = read_parts(path, &files, read, &parts);
  return err ? err
             : profile_merge((const struct profile *const *)parts.profiles,
                             (const char *const *)parts.paths, parts.n, ret);
}
