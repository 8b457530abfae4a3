/* Turns an option's argument into its value. Used by cli/line/options.c alone, and by callbacks that
 * need a size or number. */
#pragma once

#include "cli/line/options.h"

/* Stores the argument (NULL if the option takes none) in the variable of the option. `on` is false
 * for --no-name. Messages name the option and say what would be right. */
struct error *option_store(const struct option_spec *spec, const char *argument, bool on);

/* Bytes from `4096`, `64k`, `512KiB`, `1.5 MiB`, `2GB`: false when it is no size or past INT64_MAX.
 */
bool option_parse_size(const char *text, uint64_t *ret);
