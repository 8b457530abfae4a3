/* Lists of function names, and of how they begin. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define NAMES(array) (sizeof(array) / sizeof(*(array)))

static inline bool name_is_in(const char *name, const char *const *list, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (!strcmp(name, list[i]))
      return true;
  return false;
}

static inline bool name_begins_with(const char *name, const char *const *list, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (!strncmp(name, list[i], strlen(list[i])))
      return true;
  return false;
}
