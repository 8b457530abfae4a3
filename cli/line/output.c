#include "cli/line/output.h"

#include "base/cleanup.h"
#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static int is_stdout(const char *path) {
  return !path || strcmp(path, "-") == 0;
}

struct error *output_open(const char *path, FILE **ret) {
  FILE *out = is_stdout(path) ? stdout : fopen(path, "we");
  if (!out)
    return error_system(errno, "cannot write '%s'", path);
  *ret = out;
  return NULL;
}

struct error *output_close(const char *path, FILE *out) {
  if (is_stdout(path))
    return NULL;
  int failed = ferror(out);
  errno = 0;
  if (fclose(out) == 0 && !failed)
    return NULL;
  return error_system(errno ? errno : EIO, "cannot write '%s'", path);
}

bool output_is_stdout(const char *path) {
  return path && !strcmp(path, "-");
}

static struct error *unwritable(const char *path, const char *reason) {
  return error_create(ERROR_BAD_INPUT, "cannot write '%s': %s; the program was not started", path,
                      reason);
}

static bool may_write(const char *path) {
  return faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0;
}

/* File systems without blocks of their own do not tell. */
static bool is_full(const char *folder) {
  struct statvfs st;
  return statvfs(folder, &st) == 0 && st.f_blocks && !(geteuid() ? st.f_bavail : st.f_bfree);
}

static struct error *check_folder(const char *path) {
  const char *name = path_base_name(path);
  _cleanup_free_ char *folder = name == path ? strdup(".") : strndup(path, (size_t)(name - path));
  struct stat st;
  if (!folder)
    return &error_no_memory;
  if (!*name)
    return unwritable(path, "it names a folder; add a file's name");
  if (strchr(folder, '%'))
    return NULL;
  if (stat(folder, &st) < 0 || !may_write(folder))
    return unwritable(path, strerror(errno));
  if (!S_ISDIR(st.st_mode))
    return unwritable(path, strerror(ENOTDIR));
  return is_full(folder) ? unwritable(path, strerror(ENOSPC)) : NULL;
}

struct error *output_check(const char *path, enum output_way way) {
  struct stat st;
  if (!path || output_is_stdout(path))
    return NULL;
  if (stat(path, &st) < 0)
    return errno == ENOENT ? check_folder(path) : unwritable(path, strerror(errno));
  if (S_ISDIR(st.st_mode))
    return unwritable(path, "it is a folder; add a file's name");
  if (way == OUTPUT_REPLACED && S_ISREG(st.st_mode))
    return check_folder(path);
  return may_write(path) ? NULL : unwritable(path, strerror(errno));
}

/* Also by another name of its: /dev/tty, /dev/stdout. */
static bool is_terminal(const char *path) {
  struct stat st;
  if (is_stdout(path))
    return isatty(STDOUT_FILENO);
  if (stat(path, &st) < 0 || !S_ISCHR(st.st_mode))
    return false;
  _cleanup_close_ int fd = open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  return fd >= 0 && isatty(fd);
}

struct error *output_check_binary(const char *path) {
  if (is_terminal(path))
    return error_create(ERROR_BAD_INPUT,
                        "a profile is binary and %s is a terminal; write it to a "
                        "file: -o FILE, as in -o memprof.pb.gz",
                        is_stdout(path) ? "standard output" : path);
  return NULL;
}
