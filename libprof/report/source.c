#include "report/source.h"

#include "base/cleanup.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LARGEST = 64 << 20 };

/* The folders below which files may be read; the working folder is one more. */
struct source_roots {
  const char *const *folders;
  size_t n;
};

static bool lies_below(const char *file, const char *folder) {
  _cleanup_free_ char *root = realpath(folder, NULL);
  size_t n = root ? strlen(root) : 0;
  return n && !strncmp(file, root, n) && (n == 1 || file[n] == '/');
}

/* By the file that was opened, so that no link can be changed in between. */
static bool may_be_read(int fd, const struct source_roots *roots) {
  char link[64], file[PATH_MAX];
  snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, file, sizeof(file) - 1);
  if (n <= 0)
    return false;
  file[n] = '\0';
  for (size_t i = 0; i < roots->n; i++)
    if (lies_below(file, roots->folders[i]))
      return true;
  return lies_below(file, ".");
}

/* The content of the regular file at `path`, NUL-terminated, of *size bytes; NULL if it is no
 * regular file or lies elsewhere. */
static char *read_regular(const char *path, const struct source_roots *roots, size_t *size) {
  /* O_NONBLOCK: opening a pipe must not wait for its writer. */
  _cleanup_close_ int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  struct stat st;
  if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > LARGEST ||
      !may_be_read(fd, roots))
    return NULL;
  char *text = malloc((size_t)st.st_size + 1);
  size_t used = 0;
  ssize_t n = 0;
  while (text && used < (size_t)st.st_size &&
         (n = read(fd, text + used, (size_t)st.st_size - used)) > 0)
    used += (size_t)n;
  if (!text || n < 0) {
    free(text);
    return NULL;
  }
  text[used] = '\0';
  *size = used;
  return text;
}

static struct error *split_lines(struct source *source, size_t size) {
  size_t n = 1;
  for (size_t i = 0; i < size; i++)
    n += source->text[i] == '\n';
  source->lines = calloc(n, sizeof(*source->lines));
  if (!source->lines)
    return &error_no_memory;
  char *at = source->text, *end = at + size;
  while (at < end) {
    source->lines[source->n_lines++] = at;
    char *newline = memchr(at, '\n', (size_t)(end - at));
    if (!newline)
      break;
    *newline = '\0';
    if (newline > at && newline[-1] == '\r')
      newline[-1] = '\0';
    at = newline + 1;
  }
  return NULL;
}

static struct error *try_path(struct source *source, const char *path,
                              const struct source_roots *roots, bool *found) {
  size_t size = 0;
  *found = false;
  source->text = read_regular(path, roots, &size);
  if (!source->text) {
    strbuf_append(&source->where, source->where.length ? ", " : "");
    strbuf_append(&source->where, path);
    return NULL;
  }
  *found = true;
  strbuf_deinit(&source->where);
  strbuf_append(&source->where, path);
  return split_lines(source, size);
}

/* Tries every ending of `path` in the folder, the longest first. */
static struct error *try_folder(struct source *source, const char *folder, const char *path,
                                const struct source_roots *roots, bool *found) {
  struct error *err = NULL;
  for (const char *ending = path; ending && !err && !*found; ending = strchr(ending, '/')) {
    ending += strspn(ending, "/");
    if (strncmp(ending, "../", 3) == 0 || strstr(ending, "/../"))
      continue; /* stay within the folder that the user named */
    _cleanup_strbuf_ struct strbuf full = STRBUF_INIT;
    strbuf_appendf(&full, "%s/%s", folder, ending);
    if (strbuf_failed(&full))
      return &error_no_memory;
    err = try_path(source, full.data, roots, found);
  }
  return err;
}

struct error *source_read(const char *path, const char *const *folders, size_t n_folders,
                          struct source *ret) {
  *ret = (struct source){0};
  const struct source_roots roots = {folders, n_folders};
  bool found = false;
  struct error *err = NULL;
  if (path[0] == '/' || n_folders == 0)
    err = try_path(ret, path, &roots, &found);
  for (size_t i = 0; !err && !found && i < n_folders; i++)
    err = try_folder(ret, folders[i], path, &roots, &found);
  return err;
}

void source_deinit(struct source *source) {
  free(source->text);
  free(source->lines);
  strbuf_deinit(&source->where);
  *source = (struct source){0};
}
