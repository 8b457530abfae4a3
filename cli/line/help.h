/* Help texts, made from the tables. */
#pragma once

#include "cli/line/command.h"

#include <stdio.h>

/* `memprof help`: usage and one line a command. */
void help_print_overview(FILE *out);

/* `memprof help NAME`. Filled to COLUMNS, 80 if unset. */
void help_print_command(FILE *out, const struct command *command);

/* "-n, --nodecount=N" for a table of options. */
void help_option_heading(const struct option_spec *spec, char *ret, size_t size);
