#include "cli/session/left_behind.h"

#include "base/cleanup.h"
#include "base/path.h"
#include "cli/session/roots.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static void folder_deinit(struct left_folder *folder) {
  free(folder->path);
  session_list_deinit(&folder->list);
}

void left_behind_deinit(struct left_behind *left) {
  for (size_t i = 0; i < left->count; i++)
    folder_deinit(&left->data[i]);
  VECTOR_DEINIT(left);
}

/* Takes the list over. */
static struct error *add_list(struct left_behind *left, const char *path,
                              struct session_list *list) {
  struct left_folder folder = {strdup(path), session_is_held(list), *list};
  if (folder.path && VECTOR_PUSH(left, folder))
    return NULL;
  folder_deinit(&folder);
  return &error_no_memory;
}

/* Passes over a session that cannot be read, or is another user's. */
static struct error *add_session(struct left_behind *left, int root, const char *name,
                                 const char *root_path) {
  _cleanup_free_ char *path = NULL;
  struct session_list list;
  if (asprintf(&path, "%s/%s", root_path, name) < 0)
    return &error_no_memory;
  struct error *err = session_read_in(root, name, path, SESSION_OWN, &list);
  if (err == &error_no_memory)
    return err;
  error_destroy(err);
  return err ? NULL : add_list(left, path, &list);
}

static struct error *add_sessions(struct left_behind *left, int root, const char *path) {
  int fd = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  _cleanup_closedir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);
  struct error *err = NULL;
  if (!dir && fd >= 0)
    close(fd);
  for (struct dirent *d; dir && !err && (d = readdir(dir));)
    if (!strncmp(d->d_name, "run.", 4))
      err = add_session(left, root, d->d_name, path);
  return err;
}

/* The folder itself, which may be a session's or hold lone recordings, and the sessions in it. */
static struct error *add_root(struct left_behind *left, const char *path,
                              enum session_trust trust) {
  struct session_list list;
  struct error *err = session_read_in(AT_FDCWD, path, path, trust, &list);
  if (err)
    return err;
  int folder = dup(list.folder);
  err = add_list(left, path, &list);
  if (!err && folder >= 0)
    err = add_sessions(left, folder, path);
  if (folder >= 0)
    close(folder);
  return err;
}

/* A root that is not there, or is another user's, is passed over. */
static struct error *try_root(struct left_behind *left, const char *path,
                              enum session_trust trust) {
  struct error *err = add_root(left, path, trust);
  if (err == &error_no_memory)
    return err;
  error_destroy(err);
  return NULL;
}

struct error *left_behind_add_all(struct left_behind *left) {
  _cleanup_roots_ struct roots roots = {.count = 0};
  struct error *err = roots_list(&roots);
  for (size_t i = 0; !err && i < roots.count; i++) {
    const struct root *root = &roots.data[i];
    enum session_trust trust = root->named ? SESSION_NAMED : SESSION_OWN;
    err = try_root(left, root->path, trust);
    if (!err && strcmp(root->sessions, root->path) != 0)
      err = try_root(left, root->sessions, trust);
  }
  return err;
}

/* "run.9.x/12.0.mprec" is "12.0.mprec" and itself. */
static bool is_end_of(const char *name, const char *path) {
  size_t n = strlen(name), all = strlen(path);
  return n && n <= all && !strcmp(path + all - n, name) && (n == all || path[all - n - 1] == '/');
}

/* Keeps of a folder only what bears the name. */
static void keep_named(struct left_folder *folder, const char *name) {
  size_t n = 0;
  if (is_end_of(name, folder->path))
    return;
  for (size_t i = 0; i < folder->list.count; i++)
    if (is_end_of(name, folder->list.data[i].path))
      folder->list.data[n++] = folder->list.data[i];
    else
      free(folder->list.data[i].path);
  folder->list.count = n;
}

static struct error *add_listed(struct left_behind *left, const char *name) {
  size_t before = left->count, found = 0;
  struct error *err = left_behind_add_all(left);
  for (size_t i = before; i < left->count; i++) {
    keep_named(&left->data[i], name);
    found += left->data[i].list.count;
  }
  if (err || found)
    return err;
  return error_create(ERROR_BAD_INPUT,
                      "%s: no such recording; `memprof recover` lists those that there are", name);
}

struct error *left_behind_add_named(struct left_behind *left, const char *name) {
  struct session_list list;
  struct stat st;
  if (lstat(name, &st) < 0 && errno == ENOENT && name[0] != '/')
    return add_listed(left, name);
  if (stat(name, &st) == 0 && S_ISDIR(st.st_mode))
    return add_root(left, name, SESSION_NAMED);
  struct error *err = session_read_file(name, &list);
  return err ? err : add_list(left, name, &list);
}
