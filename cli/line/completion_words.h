/* Parts of completions that all shells share. Help texts go into single quotes of the shell, so
 * quotes in them are written as each shell wants. */
#pragma once

#include "cli/line/command.h"

#include <stdio.h>

/* The hidden command that lists the recorded processes for completion. */
#define COMPLETION_PROCESSES "__processes"

/* Whether the argument of an option is a file or a folder, or the PID of a recorded process. */
bool completion_wants_file(const struct option_spec *spec);
bool completion_wants_process(const struct option_spec *spec);

/* The text within single quotes: ' becomes '\'' and characters in `special` get a backslash. */
void completion_quoted(FILE *out, const char *text, const char *special);

/* Words with a blank between them: an option's choices, in single quotes as above, the names of the
 * commands, and the options of a command whose argument is a word of its own. */
void completion_choices(FILE *out, const struct option_spec *spec, const char *special);
void completion_commands(FILE *out);
void completion_takers(FILE *out, const struct command *command);
