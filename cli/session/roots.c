#include "cli/session/roots.h"

#include "base/cleanup.h"
#include "cli/line/message.h"
#include "cli/session/session.h"
#include "common/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#define SHARED_MEMORY "/dev/shm"

/* A recording begins with 204 KiB; less room than LEAST is of no use. Less than WANTED in shared
 * memory (a container's has 64 MiB) is not relied on while another root has room. */
#define LEAST (1ull << 20)
#define WANTED (256ull << 20)

static const char *temporary(void) {
  const char *tmp = getenv("TMPDIR");
  return tmp && *tmp == '/' ? tmp : "/tmp";
}

static struct error *add(struct roots *roots, const char *base, bool named) {
  struct root *root = &roots->data[roots->count];
  *root = (struct root){.named = named, .base = strdup(base)};
  roots->count++;
  if (named)
    root->path = strdup(base);
  else if (asprintf(&root->path, "%s/memprof-%u", base, geteuid()) < 0)
    root->path = NULL;
  if (!root->path ||
      asprintf(&root->sessions, "%s%s", root->path, named || geteuid() ? "" : "-sessions") < 0)
    root->sessions = NULL;
  return !root->base || !root->path || !root->sessions ? &error_no_memory : NULL;
}

struct error *roots_list(struct roots *ret) {
  struct roots roots = {.count = 0};
  const char *dir = getenv(SETTING_DIR);
  struct error *err = dir && *dir ? add(&roots, dir, true) : NULL;
  if (!err)
    err = add(&roots, SHARED_MEMORY, false);
  if (!err && strcmp(temporary(), "/tmp") != 0)
    err = add(&roots, temporary(), false);
  if (!err)
    err = add(&roots, "/tmp", false);
  if (err)
    roots_deinit(&roots);
  else
    *ret = roots;
  return err;
}

void roots_deinit(struct roots *roots) {
  for (size_t i = 0; i < roots->count; i++) {
    free(roots->data[i].path);
    free(roots->data[i].sessions);
    free(roots->data[i].base);
  }
  roots->count = 0;
}

static bool has_room(const struct root *root, uint64_t least) {
  struct statvfs st;
  /* A missing one is found out when a folder is made in it. */
  return statvfs(root->base, &st) < 0 || st.f_bavail * st.f_frsize >= least;
}

/* Another user's folder of that name would let them read and plant recordings. */
static struct error *make_own_folder(const char *path) {
  mode_t mode = geteuid() ? 0700 : 0711;
  struct stat st;
  if (mkdir(path, mode) < 0 && errno != EEXIST)
    return error_system(errno, "cannot make the folder %s for recordings", path);
  _cleanup_close_ int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0 || fstat(fd, &st) < 0 || st.st_uid != geteuid() || st.st_mode & 022)
    return error_create(ERROR_CANNOT, "%s is not a folder of yours that nobody else can write to",
                        path);
  return (st.st_mode & 0777) == mode || fchmod(fd, mode) == 0 ? NULL
                                                              : error_system(errno, "%s", path);
}

static struct error *make_session(const struct root *root, char **ret) {
  char *path;
  struct error *err = root->named ? NULL : make_own_folder(root->sessions);
  if (err)
    return err;
  if (asprintf(&path, "%s/run.%d.XXXXXX", root->sessions, getpid()) < 0)
    return &error_no_memory;
  if (!mkdtemp(path)) {
    err = error_system(errno, "cannot make a folder for recordings in %s", root->sessions);
    free(path);
    return err;
  }
  *ret = path;
  return NULL;
}

/* Tries the roots that have so much room; the first failure is kept in *first. */
static bool try_roots(const struct roots *roots, uint64_t wanted, uint64_t least, char **ret,
                      struct error **first) {
  for (size_t i = 0; i < roots->count; i++) {
    const struct root *root = &roots->data[i];
    bool shared = !root->named && !strcmp(root->base, SHARED_MEMORY);
    struct error *err = NULL;
    if (!root->named && access(root->base, W_OK) < 0)
      continue; /* a system without it */
    if (!has_room(root, least))
      err = error_create(ERROR_CANNOT, "%s has no room for recordings", root->base);
    else if (shared && !has_room(root, wanted))
      continue;
    else
      err = make_session(root, ret);
    if (!err)
      return true;
    if (*first)
      error_destroy(err);
    else
      *first = err;
  }
  return false;
}

struct error *roots_make_session(char **ret) {
  _cleanup_roots_ struct roots roots = {.count = 0};
  struct error *first = NULL, *err = roots_list(&roots);
  if (err)
    return err;
  if (!try_roots(&roots, WANTED, LEAST, ret, &first) &&
      !try_roots(&roots, LEAST, LEAST, ret, &first) && !try_roots(&roots, 0, 0, ret, &first))
    return first
               ? first
               : error_create(ERROR_CANNOT, "no folder for recordings can be made in " SHARED_MEMORY
                                            " or /tmp; set " SETTING_DIR " to one");
  if (first)
    message("%s; what is recorded goes to %s", first->message, *ret);
  error_destroy(first);
  return NULL;
}
