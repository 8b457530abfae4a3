/* Messages on stderr: always "memprof: " and one line. Control characters and broken UTF-8 are
 * escaped, because messages quote file names and file contents. */
#pragma once

#include "base/error.h"

/* Prints err, destroys it and returns the exit status for it: 3 for ERROR_CANNOT, else 2. */
int command_error(struct error *err);

/* Prints a formatted line. */
void message(const char *format, ...) __attribute__((format(printf, 1, 2)));
