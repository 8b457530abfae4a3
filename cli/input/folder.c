#include "cli/input/folder.h"

#include "base/cleanup.h"
#include "cli/input/profile_files.h"
#include "cli/input/profile_sum.h"

#include <stdio.h>
#include <sys/stat.h>

bool is_folder(const char *path) {
  struct stat st;
  return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static struct error *add_file(const char *folder, const char *name, read_profile_fn *read,
                              struct profile_sum *sum) {
  _cleanup_free_ char *path = NULL;
  struct profile *profile;
  if (asprintf(&path, "%s/%s", folder, name) < 0)
    return &error_no_memory;
  struct error *err = read(path, &profile);
  return err ? err : profile_sum_add(sum, profile, path);
}

struct error *folder_read(const char *path, read_profile_fn *read, struct profile **ret) {
  _cleanup_profile_files_ struct profile_files files = {0};
  struct profile_sum sum = {0};
  struct error *err = profile_files_read(path, &files);
  if (err)
    return err;
  if (!files.count)
    return error_create(ERROR_BAD_INPUT,
                        "%s: no profile (*.pb.gz) in this folder; make some: memprof run -o "
                        "'%s/%%n.%%p.pb.gz' PROGRAM",
                        path, path);
  for (size_t i = 0; i < files.count && !err; i++)
    err = add_file(path, files.data[i].name, read, &sum);
  if (!err)
    err = profile_sum_take(&sum, ret);
  profile_sum_deinit(&sum);
  return err;
}
