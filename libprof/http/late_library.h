/* Libraries that are loaded when they are first needed: what they bring along would double the time
 * in which every other memprof command starts. Their headers check the types all the same. */
#pragma once

#include "base/error.h"

#include <stddef.h>

struct late_function {
  const char *name;
  size_t offset; /* of its pointer in the table that is filled */
};

/* Loads the first of `files` (NULL-ended) that is there and fills `table`. ERROR_CANNOT, with the
 * package's name, where none is installed. Never unloaded. From the main thread, before there are
 * others. */
struct error *late_library_load(const char *const *files, const char *package,
                                const struct late_function *functions, size_t n, void *table);
