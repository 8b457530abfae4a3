/* A command's result goes to -o FILE, or to standard output. */
#pragma once

#include "base/error.h"

#include <stdio.h>

/* Opens `path` for writing; NULL or "-" is stdout. */
struct error *output_open(const char *path, FILE **ret);

/* Closes what output_open opened and reports what could not be written; leaves stdout to main. */
struct error *output_close(const char *path, FILE *out);

/* ERROR_BAD_INPUT if binary data would go to a terminal: `path` is NULL or "-" and stdout is one.
 */
struct error *output_check_binary(const char *path);
