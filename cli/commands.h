/* The list of all commands. */
#pragma once

#include "cli/line/command.h"

/* NULL-ended, in the order of help. */
extern const struct command *const all_commands[];
