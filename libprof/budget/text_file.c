#include "budget/text_file.h"

#include "base/cleanup.h"
#include "base/strbuf.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

enum { MOST_BYTES = 1 << 20 };

struct error *text_file_read(const char *path, char **ret, size_t *length) {
  _cleanup_fclose_ FILE *file = fopen(path, "re");
  _cleanup_free_ char *text = malloc(MOST_BYTES + 2);
  if (!text)
    return &error_no_memory;
  if (!file)
    return error_create(ERROR_BAD_INPUT, "%s: %s (`memprof check --init` writes a budget)", path,
                        strerror(errno));
  size_t n = fread(text, 1, MOST_BYTES + 1, file);
  if (ferror(file))
    return error_create(ERROR_BAD_INPUT, "%s: cannot be read: %s", path, strerror(errno));
  if (n > MOST_BYTES || memchr(text, 0, n))
    return error_create(ERROR_BAD_INPUT, "%s: no budget: %s", path,
                        n > MOST_BYTES ? "it has more than 1 MiB" : "it is not text");
  text[n] = '\0';
  *ret = no_cleanup_ptr(text);
  *length = n;
  return NULL;
}

static struct error *write_all(int fd, const char *path, const char *text) {
  size_t left = strlen(text);
  while (left) {
    ssize_t n = write(fd, text, left);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return error_system(errno, "%s: cannot be written", path);
    text += n;
    left -= (size_t)n;
  }
  return NULL;
}

struct error *text_file_create(const char *path, const char *text) {
  if (!strcmp(path, "-")) {
    fputs(text, stdout);
    return NULL;
  }
  _cleanup_close_ int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0 && errno == EEXIST)
    return error_create(ERROR_BAD_INPUT,
                        "%s is there already; --update tightens it, --budget names another", path);
  if (fd < 0)
    return error_create(ERROR_BAD_INPUT, "%s: cannot be made: %s", path, strerror(errno));
  return write_all(fd, path, text);
}

/* A name that is a link stays one: what it names is replaced. */
struct error *text_file_replace(const char *path, const char *text) {
  _cleanup_free_ char *real = realpath(path, NULL);
  _cleanup_strbuf_ struct strbuf name = STRBUF_INIT;
  struct stat status;
  if (!real || stat(real, &status) < 0)
    return error_system(errno, "%s", path);
  strbuf_appendf(&name, "%s.XXXXXX", real);
  if (strbuf_failed(&name))
    return &error_no_memory;
  _cleanup_close_ int fd = mkostemp(name.data, O_CLOEXEC);
  if (fd < 0)
    return error_system(errno, "%s: no file can be made beside it", path);
  struct error *err = write_all(fd, path, text);
  if (!err &&
      (fchmod(fd, status.st_mode & 07777) < 0 || fsync(fd) < 0 || rename(name.data, real) < 0))
    err = error_system(errno, "%s: cannot be replaced", path);
  if (err)
    unlink(name.data);
  return err;
}
