#include "cli/session/session.h"

#include "base/cleanup.h"
#include "cli/session/notes.h"
#include "cli/session/shim_path.h"
#include "common/settings.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

/* Less room than this in shared memory (a container's has 64 MiB) is not relied on. */
#define ROOM_WANTED (256ull << 20)

static bool has_room(const char *path) {
  struct statvfs st;
  return statvfs(path, &st) == 0 && access(path, W_OK) == 0 &&
         st.f_bavail * st.f_frsize >= ROOM_WANTED;
}

static const char *temporary(void) {
  const char *tmp = getenv("TMPDIR");
  return tmp && *tmp == '/' ? tmp : "/tmp";
}

/* A folder of this user's alone; another's of that name would let them read and plant recordings.
 */
static struct error *own_folder(const char *path) {
  struct stat st;
  if (mkdir(path, 0700) < 0 && errno != EEXIST)
    return error_system(
        errno, "cannot make the folder %s for recordings (set " SETTING_DIR " to another)", path);
  if (lstat(path, &st) < 0 || !S_ISDIR(st.st_mode) || st.st_uid != geteuid() || st.st_mode & 077)
    return error_create(ERROR_CANNOT,
                        "%s is not a folder of yours with mode 0700; remove it or set " SETTING_DIR,
                        path);
  return NULL;
}

static struct error *root_folder(char **ret) {
  const char *dir = getenv(SETTING_DIR);
  int n = dir && *dir ? asprintf(ret, "%s", dir)
                      : asprintf(ret, "%s/memprof-%u",
                                 has_room("/dev/shm") ? "/dev/shm" : temporary(), geteuid());
  if (n < 0)
    return &error_no_memory;
  return dir && *dir ? NULL : own_folder(*ret);
}

struct error *session_create(char **ret) {
  _cleanup_free_ char *root = NULL;
  char *path;
  struct error *err = root_folder(&root);
  if (err)
    return err;
  if (asprintf(&path, "%s/run.%d.XXXXXX", root, getpid()) < 0)
    return &error_no_memory;
  if (!mkdtemp(path)) {
    err = error_system(errno, "cannot make a folder for recordings in %s", root);
    free(path);
    return err;
  }
  *ret = path;
  return NULL;
}

static bool add_root(char **roots, size_t *n, const char *format, const char *base) {
  if (asprintf(&roots[*n], format, base, geteuid()) < 0)
    return false;
  for (size_t i = 0; i < *n; i++)
    if (!strcmp(roots[i], roots[*n])) {
      free(roots[*n]);
      roots[*n] = NULL;
      return true;
    }
  ++*n;
  return true;
}

struct error *session_roots(char ***ret) {
  char **roots = calloc(5, sizeof(*roots));
  const char *dir = getenv(SETTING_DIR);
  size_t n = 0;
  if (!roots)
    return &error_no_memory;
  bool done = (!dir || !*dir || add_root(roots, &n, "%s", dir)) &&
              add_root(roots, &n, "%s/memprof-%u", "/dev/shm") &&
              add_root(roots, &n, "%s/memprof-%u", temporary()) &&
              add_root(roots, &n, "%s/memprof-%u", "/tmp");
  *ret = roots;
  return done ? NULL : &error_no_memory;
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

struct error *session_read(const char *folder, struct session_list *ret) {
  struct session_list list = {0};
  _cleanup_closedir_ DIR *dir = opendir(folder);
  if (!dir)
    return error_system(errno, "%s", folder);
  struct session_entry entry;
  struct error *err = NULL;
  for (struct dirent *d; !err && (d = readdir(dir));) {
    if (!parse_name(d->d_name, &entry))
      continue;
    if (asprintf(&entry.path, "%s/%s", folder, d->d_name) < 0 || !VECTOR_PUSH(&list, entry))
      err = &error_no_memory;
  }
  if (err) {
    session_list_deinit(&list);
    return err;
  }
  if (list.count)
    qsort(list.data, list.count, sizeof(*list.data), compare_entries);
  *ret = list;
  return NULL;
}

void session_list_deinit(struct session_list *list) {
  for (size_t i = 0; i < list->count; i++)
    free(list->data[i].path);
  VECTOR_DEINIT(list);
}

bool session_has_later_image(const struct session_list *list, size_t i) {
  return i + 1 < list->count && list->data[i + 1].pid == list->data[i].pid;
}

void session_leave(const char *folder) {
  char *link;
  for (int i = 0; i < N_SHIMS; i++)
    if (asprintf(&link, "%s/%s", folder, shim_names[i]) >= 0) {
      unlink(link);
      free(link);
    }
  notes_remove(folder);
  rmdir(folder);
}

void session_remove(const char *folder) {
  _cleanup_session_list_ struct session_list list = {0};
  error_destroy(session_read(folder, &list)); /* the list is then empty */
  for (size_t i = 0; i < list.count; i++)
    unlink(list.data[i].path);
  session_leave(folder);
}
