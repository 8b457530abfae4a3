/* A command's result goes to -o FILE, or to standard output. */
#pragma once

#include "base/error.h"

#include <stdbool.h>
#include <stdio.h>

/* Opens `path` for writing; NULL or "-" is stdout. */
struct error *output_open(const char *path, FILE **ret);

/* Closes what output_open opened and reports what could not be written; leaves stdout to main. */
struct error *output_close(const char *path, FILE *out);

/* How an output file will be written. */
enum output_way {
  OUTPUT_IN_PLACE, /* opened, as output_open does */
  OUTPUT_REPLACED, /* another file takes its name, as with profiles; `path` may be a pattern, whose
                    * folder is looked at unless it is one, too */
};

/* ERROR_BAD_INPUT if it is known already that `path` (NULL: no output) cannot be written: for
 * commands that run a program first. Nothing is made or changed. */
struct error *output_check(const char *path, enum output_way way);

/* True for "-": standard output. */
bool output_is_stdout(const char *path);

/* ERROR_BAD_INPUT if binary data would go to a terminal: `path` is one, or NULL or "-" where stdout
 * is one. */
struct error *output_check_binary(const char *path);
