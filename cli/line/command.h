/* A command: one file cli/commands/NAME.c defines `const struct command command_NAME`, and
 * cli/commands.c lists it.
 *
 * The framework has done the common work when `run` is called: options are stored in their
 * variables, --help was answered, the number of operands is right. `run` returns an exit status
 * (cli/line/exit_codes.h); a failure is `return command_error(err)` (cli/line/message.h). */
#pragma once

#include "cli/line/options.h"

enum command_operands { /* what completion offers for operands */
                        OPERANDS_NONE,
                        OPERANDS_FILES,
                        OPERANDS_PROFILES,
                        OPERANDS_PROCESSES, /* that are recorded now */
                        OPERANDS_PROGRAM,   /* a program and its arguments */
                        OPERANDS_COMMANDS   /* names of commands */
};

enum { OPERANDS_ANY = -1 };

struct command {
  const char *name;
  const char
      *summary; /* "Show which functions allocate most": one line, no period, 60 columns at most */
  const char
      *synopsis; /* what follows the name: "[OPTION...] FILE"; a newline starts a second form */
  const char *example; /* a whole command line with all operands, for messages; NULL: needs none */
  const char *details; /* paragraphs of plain text with an empty line between them; may be NULL.
                        * Lines are refilled, except those that begin with a space (examples) */
  const struct option_group *const *groups; /* NULL-ended, or NULL */
  int min_operands, max_operands;           /* OPERANDS_ANY: no limit */
  enum command_operands operands;
  bool stop_at_operand; /* the first operand ends the options: run's program keeps its own flags */
  bool hidden;          /* neither in help nor in the man page */
  int (*run)(int n_operands, char **operands);
};

/* All commands, NULL-ended, in the order of help. main() sets it before anything else runs: the
 * command line knows that there is a list, and cli/commands.c alone knows what is in it. */
extern const struct command *const *commands;

/* The command called `name`, or NULL. */
const struct command *command_find(const char *name);
