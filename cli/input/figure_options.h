/* Which of a profile's figures is shown, and in which unit. */
#pragma once

#include "cli/line/options.h"
#include "model/profile.h"

extern const struct option_group figure_options; /* --sample-index, its short forms, --unit */

/* The argument of --sample-index, or what a short form stands for; NULL without. */
const char *figure_options_sample_index(void);

/* The sample type that is asked for, by name or by number, as pprof takes it; without, the
 * profile's default. ERROR_BAD_INPUT, naming those that there are, if it has none such. `path` is
 * for messages. */
struct error *figure_options_find_type(const struct profile *profile, const char *path, int *ret);

/* The argument of --unit; NULL without. */
const char *figure_options_unit(void);
