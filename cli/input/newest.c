#include "cli/input/newest.h"

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

struct candidate {
  char *name; /* owned */
  struct timespec changed;
};

struct candidates {
  struct candidate *data;
  size_t count, capacity;
};

static void candidates_deinit(struct candidates *candidates) {
  for (size_t i = 0; i < candidates->count; i++)
    free(candidates->data[i].name);
  VECTOR_DEINIT(candidates);
}

/* Newest first; names decide between files of one time, so that the choice is always the same. */
static int compare_candidates(const void *a, const void *b) {
  const struct timespec *x = &((const struct candidate *)a)->changed;
  const struct timespec *y = &((const struct candidate *)b)->changed;
  if (x->tv_sec != y->tv_sec)
    return x->tv_sec < y->tv_sec ? 1 : -1;
  if (x->tv_nsec != y->tv_nsec)
    return x->tv_nsec < y->tv_nsec ? 1 : -1;
  return -strverscmp(((const struct candidate *)a)->name, ((const struct candidate *)b)->name);
}

/* Empty files hold a name for a profile that is being written. */
static bool is_profile(int folder, const char *name, struct stat *st) {
  size_t n = strlen(name), suffix = strlen(SUFFIX);
  return n > suffix && !strcmp(name + n - suffix, SUFFIX) && fstatat(folder, name, st, 0) == 0 &&
         S_ISREG(st->st_mode) && st->st_size > 0;
}

static struct error *read_candidates(struct candidates *ret) {
  _cleanup_closedir_ DIR *dir = opendir(".");
  if (!dir)
    return error_system(errno, "cannot read this folder");
  for (struct dirent *d; (d = readdir(dir));) {
    struct stat st;
    if (!is_profile(dirfd(dir), d->d_name, &st))
      continue;
    struct candidate candidate = {strdup(d->d_name), st.st_mtim};
    if (!candidate.name || !VECTOR_PUSH(ret, candidate)) {
      free(candidate.name);
      return &error_no_memory;
    }
  }
  if (ret->count)
    qsort(ret->data, ret->count, sizeof(*ret->data), compare_candidates);
  return NULL;
}

struct error *newest_profiles(size_t n, char **ret) {
  _cleanup_(candidates_deinit) struct candidates candidates = {0};
  struct error *err = read_candidates(&candidates);
  if (!err && candidates.count < n)
    err = error_create(ERROR_BAD_INPUT,
                       "no file was given, and there %s (*" SUFFIX ") in this folder; name %s, or "
                       "make one: memprof run PROGRAM",
                       candidates.count ? "is only one profile" : "is no profile",
                       n > 1 ? "two" : "a profile");
  if (err)
    return err;
  _cleanup_strbuf_ struct strbuf names = STRBUF_INIT;
  for (size_t i = 0; i < n; i++) {
    ret[i] = candidates.data[n - 1 - i].name;
    candidates.data[n - 1 - i].name = NULL;
    strbuf_appendf(&names, "%s%s", i ? " and " : "", ret[i]);
  }
  if (!strbuf_failed(&names))
    message("the newest profile%s here: %s", n > 1 ? "s" : "", names.data);
  return NULL;
}
