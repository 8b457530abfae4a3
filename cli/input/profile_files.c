#include "cli/input/profile_files.h"

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "base/vector.h"
#include "cli/line/message.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define SUFFIX ".pb.gz"

void profile_files_deinit(struct profile_files *files) {
  for (size_t i = 0; i < files->count; i++)
    free(files->data[i].name);
  VECTOR_DEINIT(files);
}

/* Newest first; names decide between files of one time, so that the choice is always the same. */
static int compare_files(const void *a, const void *b) {
  const struct timespec *x = &((const struct profile_file *)a)->changed;
  const struct timespec *y = &((const struct profile_file *)b)->changed;
  if (x->tv_sec != y->tv_sec)
    return x->tv_sec < y->tv_sec ? 1 : -1;
  if (x->tv_nsec != y->tv_nsec)
    return x->tv_nsec < y->tv_nsec ? 1 : -1;
  return -strverscmp(((const struct profile_file *)a)->name,
                     ((const struct profile_file *)b)->name);
}

static bool is_profile(int folder, const char *name, struct stat *st) {
  size_t n = strlen(name), suffix = strlen(SUFFIX);
  return n > suffix && !strcmp(name + n - suffix, SUFFIX) && fstatat(folder, name, st, 0) == 0 &&
         S_ISREG(st->st_mode) && st->st_size > 0;
}

struct error *profile_files_read(const char *folder, struct profile_files *ret) {
  _cleanup_closedir_ DIR *dir = opendir(folder);
  if (!dir)
    return error_system(errno, "cannot read the folder '%s'", folder);
  for (struct dirent *d; (d = readdir(dir));) {
    struct stat st;
    if (!is_profile(dirfd(dir), d->d_name, &st))
      continue;
    struct profile_file file = {strdup(d->d_name), st.st_mtim};
    if (!file.name || !VECTOR_PUSH(ret, file)) {
      free(file.name);
      return &error_no_memory;
    }
  }
  if (ret->count)
    qsort(ret->data, ret->count, sizeof(*ret->data), compare_files);
  return NULL;
}

struct error *newest_profiles(size_t n, char **ret) {
  _cleanup_profile_files_ struct profile_files files = {0};
  struct error *err = profile_files_read(".", &files);
  if (err)
    return err;
  if (!files.data || files.count < n)
    return error_create(ERROR_BAD_INPUT,
                        "no file was given, and there %s (*" SUFFIX ") in this folder; name %s, or "
                        "make one: memprof run PROGRAM",
                        files.count ? "is only one profile" : "is no profile",
                        n > 1 ? "two" : "a profile");
  _cleanup_strbuf_ struct strbuf names = STRBUF_INIT;
  for (size_t i = 0; i < n; i++) {
    ret[i] = files.data[n - 1 - i].name;
    files.data[n - 1 - i].name = NULL;
    strbuf_appendf(&names, "%s%s", i ? " and " : "", ret[i]);
  }
  if (!strbuf_failed(&names))
    message("the newest profile%s here: %s", n > 1 ? "s" : "", names.data);
  return NULL;
}
