#include "pprof/write_file.h"

#include "base/cleanup.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "pprof/encode.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

static int write_all(int fd, const char *bytes, size_t n) {
  while (n) {
    ssize_t written = write(fd, bytes, n);
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return -1;
    bytes += written;
    n -= (size_t)written;
  }
  return 0;
}

/* After a power cut there is the old file or the whole new one. The folder is not synced: to know
 * which of the two is not worth a second wait for the disk. Some filesystems cannot sync; a profile
 * is written there all the same. */
static int sync_file(int fd) {
  return fsync(fd) == 0 || errno == EINVAL || errno == ENOTSUP || errno == EROFS ? 0 : -1;
}

/* The folder of `path`, with its slash; "" for the current one. */
static struct error *temporary_name(const char *path, char **ret) {
  unsigned long random = 0;
  if (getrandom(&random, sizeof(random), GRND_NONBLOCK) < 0)
    random = (unsigned long)getpid();
  struct strbuf name = STRBUF_INIT;
  strbuf_append_n(&name, path, (size_t)(path_base_name(path) - path));
  strbuf_appendf(&name, ".memprof-%016lx.tmp", random);
  *ret = strbuf_steal(&name);
  return *ret ? NULL : &error_no_memory;
}

static struct error *write_temporary(const char *temporary, const char *path, const void *bytes,
                                     size_t n) {
  /* O_EXCL: whatever someone else planted under that name is not followed. The mode is that of
   * recordings: a profile tells no more people than they do. */
  _cleanup_close_ int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0)
    return error_system(errno, "cannot create a file beside %s", path);
  if (write_all(fd, bytes, n) < 0 || sync_file(fd) < 0 || rename(temporary, path) < 0) {
    struct error *err = error_system(errno, "cannot write %s", path);
    unlink(temporary);
    return err;
  }
  return NULL;
}

static struct error *replace_file(const char *path, const void *bytes, size_t n) {
  _cleanup_free_ char *temporary = NULL;
  struct error *err = temporary_name(path, &temporary);
  return err ? err : write_temporary(temporary, path, bytes, n);
}

/* A descriptor we already have, by its names; -1 for anything else. Opening such a name again would
 * start at offset 0 of a file that the shell appends to. */
static int standard_descriptor(const char *path) {
  if (strcmp(path, "-") == 0 || strcmp(path, "/dev/stdout") == 0 ||
      strcmp(path, "/dev/fd/1") == 0 || strcmp(path, "/proc/self/fd/1") == 0)
    return STDOUT_FILENO;
  if (strcmp(path, "/dev/stderr") == 0 || strcmp(path, "/dev/fd/2") == 0 ||
      strcmp(path, "/proc/self/fd/2") == 0)
    return STDERR_FILENO;
  return -1;
}

static struct error *write_directly(const char *path, const void *bytes, size_t n) {
  int fd = standard_descriptor(path);
  _cleanup_close_ int opened = -1;
  if (fd < 0)
    fd = opened = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0 || write_all(fd, bytes, n) < 0)
    return error_system(errno, "cannot write %s", path);
  return NULL;
}

static struct error *write_bytes(const char *path, const void *bytes, size_t n) {
  struct stat st;
  if (standard_descriptor(path) >= 0)
    return write_directly(path, bytes, n);
  bool exists = stat(path, &st) == 0;
  if (exists && S_ISDIR(st.st_mode))
    return error_create(ERROR_BAD_INPUT, "cannot write %s: it is a directory; add a file's name",
                        path);
  if (exists && !S_ISREG(st.st_mode))
    return write_directly(path, bytes, n);
  return replace_file(path, bytes, n);
}

struct error *pprof_write_file(const struct profile *profile, const char *path) {
  _cleanup_free_ void *bytes = NULL;
  size_t n;
  struct error *err = pprof_encode(profile, &bytes, &n);
  return err ? err : write_bytes(path, bytes, n);
}
