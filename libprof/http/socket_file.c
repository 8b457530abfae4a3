#include "http/socket_file.h"

#include "base/cleanup.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

enum { BACKLOG = 511 };

/* Whether a server listens there. One whose backlog is full (EAGAIN) does, too, and one that we may
 * not reach (EACCES) may. */
static bool answers(const struct sockaddr_un *address) {
  _cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  return fd < 0 || connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 ||
         errno != ECONNREFUSED;
}

/* Two servers that start at once may both find a dead socket: the later one then has the path, and
 * the earlier one leaves it alone at its end. */
static struct error *clear_path(const struct sockaddr_un *address) {
  struct stat st;
  if (lstat(address->sun_path, &st) < 0)
    return errno == ENOENT ? NULL : error_system(errno, "cannot listen there");
  if (!S_ISSOCK(st.st_mode))
    return error_create(ERROR_BAD_INPUT, "there is a file already, which is no socket");
  if (answers(address))
    return error_create(ERROR_BAD_INPUT, "another server answers there already");
  return unlink(address->sun_path) == 0 ? NULL
                                        : error_system(errno, "cannot replace the old socket");
}

static int bind_for_owner(int fd, const struct sockaddr_un *address) {
  mode_t before = umask(0177);
  int failed = bind(fd, (const struct sockaddr *)address, sizeof(*address)) < 0 ? errno : 0;
  umask(before);
  return failed;
}

struct error *http_socket_file_listen(const char *path, struct http_socket_file *ret, int *fd) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t n = strlen(path);
  struct stat st;
  if (!n || n >= sizeof(address.sun_path))
    return error_create(ERROR_BAD_INPUT, "the path of a socket has 1 to %zu bytes, this one %zu",
                        sizeof(address.sun_path) - 1, n);
  memcpy(address.sun_path, path, n + 1);
  struct error *err = clear_path(&address);
  if (err)
    return err;
  _cleanup_close_ int opened = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int failed = opened < 0 ? errno : bind_for_owner(opened, &address);
  if (!failed && (lstat(path, &st) < 0 || listen(opened, BACKLOG) < 0))
    failed = errno;
  if (failed)
    return error_system(failed, "cannot listen there");
  *ret = (struct http_socket_file){.device = st.st_dev, .inode = st.st_ino};
  memcpy(ret->path, path, n + 1);
  *fd = opened;
  opened = -1;
  return NULL;
}

void http_socket_file_remove(struct http_socket_file *file) {
  struct stat st;
  if (file->inode && lstat(file->path, &st) == 0 && st.st_dev == file->device &&
      st.st_ino == file->inode)
    unlink(file->path);
  file->inode = 0;
}
