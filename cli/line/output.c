#include "cli/line/output.h"

#include <errno.h>
#include <string.h>
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

struct error *output_check_binary(const char *path) {
  if (is_stdout(path) && isatty(STDOUT_FILENO))
    return error_create(ERROR_BAD_INPUT,
                        "a profile is binary and this is a terminal; name a file with -o");
  return NULL;
}
