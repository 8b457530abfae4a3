/* Turns an option's argument into its value. Used by cli/line/options.c alone. */
#pragma once

#include "cli/line/options.h"

/* Stores the argument (NULL if the option takes none) in the variable of the option. `on` is false
 * for --no-name. Errors name the option and say what it expects. */
struct error *option_store(const struct option_spec *spec, const char *argument, bool on);
