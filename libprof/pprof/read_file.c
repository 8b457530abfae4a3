#include "pprof/read_file.h"

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "base/work.h"
#include "pprof/decode.h"
#include "pprof/format.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

enum { CHUNK = 64 << 10 };

/* Reads up to the end of the file. The first bytes show whether it is a profile, so that /dev/zero
 * is not read until the limit. */
static struct error *read_all(int fd, struct strbuf *out) {
  char chunk[CHUNK];
  bool checked = false;
  for (;;) {
    ssize_t n = read(fd, chunk, sizeof(chunk));
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return error_system(errno, "cannot read");
    if (n == 0)
      return NULL;
    strbuf_append_n(out, chunk, (size_t)n);
    if (strbuf_failed(out))
      return &error_no_memory;
    struct error *too_large = work_check(WORK_FILE, out->length, 0);
    if (too_large)
      return too_large;
    if (!checked && out->length >= 16) {
      struct error *err = pprof_check_start(out->data, out->length);
      if (err)
        return err;
      checked = true;
    }
  }
}

static struct error *open_input(const char *path, int *ret) {
  struct stat st;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0)
    return errno == ENOENT || errno == ENOTDIR
               ? error_create(ERROR_BAD_INPUT, "%s: no such file", path)
               : error_system(errno, "cannot open %s", path);
  if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
    close(fd);
    return error_create(ERROR_BAD_INPUT, "%s: a directory, not a profile: name a file in it", path);
  }
  *ret = fd;
  return NULL;
}

struct error *pprof_read_file(const char *path, struct profile **ret) {
  bool is_stdin = strcmp(path, "-") == 0;
  const char *name = is_stdin ? "standard input" : path;
  _cleanup_close_ int opened = -1;
  if (!is_stdin) {
    struct error *err = open_input(path, &opened);
    if (err)
      return err;
  }
  _cleanup_strbuf_ struct strbuf bytes = STRBUF_INIT;
  struct error *err = read_all(is_stdin ? STDIN_FILENO : opened, &bytes);
  if (err)
    return error_prefix(err, "%s", name);
  return pprof_decode_buffer(&bytes, name, ret);
}
