#include "cli/session/session.h"

#include "base/cleanup.h"
#include "base/path.h"
#include "cli/line/message.h"
#include "cli/session/notes.h"
#include "cli/session/roots.h"
#include "cli/session/shim_path.h"
#include "proc/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FOLDER_FLAGS = O_RDONLY | O_DIRECTORY | O_CLOEXEC };

int session_hold_descriptor = -1;

/* The lock goes with the descriptor, which is never closed. A file system that knows no locks only
 * lets recover take what it should leave. */
static void session_hold(const char *folder) {
  session_hold_descriptor = open(folder, FOLDER_FLAGS | O_NOFOLLOW);
  if (session_hold_descriptor >= 0)
    flock(session_hold_descriptor, LOCK_EX | LOCK_NB);
}

struct error *session_create(char **ret) {
  char *path;
  struct error *err = process_check_proc();
  if (!err)
    err = roots_make_session(&path);
  if (err)
    return err;
  /* Files can be added by all, and removed by their owners alone. */
  if (geteuid() == 0 && chmod(path, 01733) < 0) {
    err = error_system(errno, "%s", path);
    rmdir(path);
    free(path);
    return err;
  }
  session_hold(path);
  *ret = path;
  return NULL;
}

static int compare_entries(const void *a, const void *b) {
  const struct session_entry *x = a, *y = b;
  return x->pid != y->pid ? (x->pid > y->pid) - (x->pid < y->pid)
                          : (x->generation > y->generation) - (x->generation < y->generation);
}

/* "PID.GENERATION.mprec" */
static bool parse_name(const char *name, struct session_entry *entry) {
  int end = 0;
  return sscanf(name, "%d.%u.mprec%n", &entry->pid, &entry->generation, &end) == 2 && end &&
         !name[end];
}

static uid_t owner_of(const struct session_list *list) {
  return list->any_owner ? ANYBODY : geteuid();
}

/* Others' files are no recordings of ours. They are looked at again when they are opened: one that
 * cannot be looked at is reported then, and stays. */
static bool is_ours(const struct session_list *list, const char *name) {
  struct stat st;
  if (fstatat(list->folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
    return errno != ENOENT;
  return S_ISREG(st.st_mode) && st.st_nlink == 1 && (list->any_owner || st.st_uid == geteuid());
}

static struct error *add_entry(struct session_list *list, const char *folder, const char *name,
                               struct session_entry entry) {
  if (asprintf(&entry.path, "%s/%s", folder, name) < 0)
    return &error_no_memory;
  if (VECTOR_PUSH(list, entry))
    return NULL;
  free(entry.path);
  return &error_no_memory;
}

static struct error *open_folder(int at, const char *name, const char *path,
                                 enum session_trust trust, struct session_list *list) {
  struct stat st;
  list->folder = openat(at, name, FOLDER_FLAGS | (trust == SESSION_NAMED ? 0 : O_NOFOLLOW));
  if (list->folder < 0 || fstat(list->folder, &st) < 0)
    return error_system(errno, "%s", path);
  if (trust == SESSION_OWN &&
      (st.st_uid != geteuid() || (st.st_mode & 022 && !(st.st_mode & S_ISVTX))))
    return error_create(ERROR_BAD_INPUT, "%s is not a folder of yours", path);
  list->any_owner = geteuid() == 0 && st.st_uid == 0 && st.st_mode & S_ISVTX &&
                    !strncmp(path_base_name(path), "run.", 4);
  return NULL;
}

/* Not the list's own descriptor: a DIR closes what it was made of. */
static DIR *open_listing(int folder) {
  int fd = openat(folder, ".", FOLDER_FLAGS);
  DIR *dir = fd < 0 ? NULL : fdopendir(fd);
  if (!dir && fd >= 0)
    close(fd);
  return dir;
}

static struct error *read_entries(const char *path, struct session_list *list) {
  _cleanup_closedir_ DIR *dir = open_listing(list->folder);
  struct session_entry entry;
  struct error *err = NULL;
  if (!dir)
    return error_system(errno, "%s", path);
  for (struct dirent *d; !err && (errno = 0, d = readdir(dir));)
    if (parse_name(d->d_name, &entry) && is_ours(list, d->d_name))
      err = add_entry(list, path, d->d_name, entry);
  if (!err && errno)
    err = error_system(errno, "cannot list %s", path);
  if (list->count)
    qsort(list->data, list->count, sizeof(*list->data), compare_entries);
  return err;
}

struct error *session_read_in(int at, const char *name, const char *path, enum session_trust trust,
                              struct session_list *ret) {
  struct session_list list = SESSION_LIST_INIT;
  struct error *err = open_folder(at, name, path, trust, &list);
  if (!err)
    err = read_entries(path, &list);
  if (err)
    session_list_deinit(&list);
  else
    *ret = list;
  return err;
}

struct error *session_read(const char *folder, struct session_list *ret) {
  return session_read_in(AT_FDCWD, folder, folder, SESSION_OWN, ret);
}

struct error *session_read_file(const char *path, struct session_list *ret) {
  struct session_list list = SESSION_LIST_INIT;
  struct session_entry entry = {0};
  const char *name = path_base_name(path);
  _cleanup_free_ char *folder = name == path ? strdup(".") : strndup(path, (size_t)(name - path));
  if (!folder)
    return &error_no_memory;
  size_t n = strlen(folder);
  while (n > 1 && folder[n - 1] == '/')
    folder[--n] = '\0';
  struct error *err = open_folder(AT_FDCWD, folder, folder, SESSION_NAMED, &list);
  parse_name(name, &entry);
  if (!err)
    err = add_entry(&list, folder, name, entry);
  if (err)
    session_list_deinit(&list);
  else
    *ret = list;
  return err;
}

void session_list_deinit(struct session_list *list) {
  for (size_t i = 0; i < list->count; i++)
    free(list->data[i].path);
  VECTOR_DEINIT(list);
  if (list->folder >= 0)
    close(list->folder);
  list->folder = -1;
}

struct error *session_open(const struct session_list *list, size_t i, struct recording **ret) {
  const char *path = list->data[i].path;
  return recording_open_in(list->folder, path_base_name(path), path, owner_of(list), ret);
}

void session_unlink(const struct session_list *list, size_t i) {
  unlinkat(list->folder, path_base_name(list->data[i].path), 0);
}

bool session_is_held(const struct session_list *list) {
  if (flock(list->folder, LOCK_SH | LOCK_NB) < 0)
    return errno == EWOULDBLOCK;
  flock(list->folder, LOCK_UN);
  return false;
}

bool session_has_later_image(const struct session_list *list, size_t i) {
  return i + 1 < list->count && list->data[i + 1].pid == list->data[i].pid;
}

/* Root's session may hold what other users put there and is no recording. Folders stay. */
static void remove_planted(const char *path) {
  _cleanup_session_list_ struct session_list list = SESSION_LIST_INIT;
  struct session_entry entry;
  error_destroy(open_folder(AT_FDCWD, path, path, SESSION_OWN, &list));
  _cleanup_closedir_ DIR *dir = list.any_owner ? open_listing(list.folder) : NULL;
  for (struct dirent *d; dir && (d = readdir(dir));)
    if (!parse_name(d->d_name, &entry) || !is_ours(&list, d->d_name))
      unlinkat(list.folder, d->d_name, 0);
}

void session_leave(const char *folder) {
  char *link;
  remove_planted(folder);
  for (int i = 0; i < N_SHIMS; i++)
    if (asprintf(&link, "%s/%s", folder, shim_names[i]) >= 0) {
      unlink(link);
      free(link);
    }
  notes_remove(folder);
  rmdir(folder);
}

void session_remove(const char *folder) {
  _cleanup_session_list_ struct session_list list = SESSION_LIST_INIT;
  error_destroy(session_read(folder, &list)); /* the list is then empty */
  for (size_t i = 0; i < list.count; i++)
    session_unlink(&list, i);
  session_leave(folder);
  if (access(folder, F_OK) == 0)
    message("cannot remove %s; `memprof recover` lists what is in it", folder);
}
