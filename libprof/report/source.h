/* Source files to quote from, found by the paths that a profile names.
 *
 * A path in a profile is untrusted. A file is read only if it lies, after all links, in the working
 * folder or in one that the user named: a profile that names /etc/shadow must not put it into a
 * build's log. It is opened for reading only, only regular files are read (a pipe or a device could
 * hang or act on being opened), up to a size, and nothing is run. */
#pragma once

#include "base/error.h"
#include "base/strbuf.h"

#include <stddef.h>

struct source {
  char *text;         /* the file, its newlines replaced by NUL; owned */
  const char **lines; /* n_lines of them, into text; owned */
  size_t n_lines;
  struct strbuf where; /* the path that was read, or a list of those looked at */
};

/* Looks for `path` as it is, from the working folder, then for each ending of it ("src/a/b.c",
 * "a/b.c", "b.c") in each of the folders. Not finding any is no error: n_lines is then 0 and
 * `where` lists what was tried. Release with source_deinit in any case. */
struct error *source_read(const char *path, const char *const *folders, size_t n_folders,
                          struct source *ret);
void source_deinit(struct source *source);

/* Line `number`, counted from 1; NULL past the file's ends. */
static inline const char *source_line(const struct source *source, long long number) {
  return number >= 1 && (unsigned long long)number <= source->n_lines ? source->lines[number - 1]
                                                                      : NULL;
}

#define _cleanup_source_ __attribute__((cleanup(source_deinit)))
