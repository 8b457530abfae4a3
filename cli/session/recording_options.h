/* How a program is to be recorded: the options, and the environment that passes them to the shim.
 */
#pragma once

#include "base/error.h"
#include "cli/line/options.h"

#include <stdbool.h>

/* --exact, --rate, --overhead, --depth, --threads, --follow. */
extern const struct option_group recording_options;

/* "NAME=value" entries, NULL-ended, that make a program record into `folder` as the options say.
 * They live until the next call. */
struct error *recording_environment(const char *folder, char ***ret);

/* As if --exact and --free-stacks had been given, and with families of blocks: what the verdict of
 * a leak check needs. Options that say otherwise are then an error of recording_environment. */
void recording_options_for_leaks(void);

/* As if --advise had been given. */
void recording_options_for_advice(void);

/* Whether histories are to be kept. */
bool recording_options_want_advice(void);
