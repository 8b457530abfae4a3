/* Opening what a user names: any heap profile, by its content and not by its name. */
#pragma once

#include "cli/line/options.h"
#include "model/profile.h"

/* --no-symbolize. List it in every command that calls input_read. */
extern const struct option_group input_options;

/* Reads a recording of memprof, a pprof file ("-" is standard input), or all pprof files of a folder
 * (input/folder.h), and finds the symbols of a
 * profile that has none, unless --no-symbolize. Its figures are calibrated to what is known of the
 * program (model/calibrate.h). Errors name the file. */
struct error *input_read(const char *path, struct profile **ret);

/* The same with the figures as they were estimated: for what is written to a file. */
struct error *input_read_raw(const char *path, struct profile **ret);
