/* Parts of paths and other names. Results point into the argument. */
#pragma once

#include <stdbool.h>
#include <string.h>

/* The part after the last slash: the whole path if it has none, "" if it ends in one. */
static inline const char *path_base_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

static inline bool ends_with(const char *s, const char *end) {
  size_t n = strlen(s), k = strlen(end);
  return n >= k && !strcmp(s + n - k, end);
}
