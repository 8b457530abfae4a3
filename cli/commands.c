#include "cli/command.h"

#include <string.h>

/* One line a command here and its file in cli/meson.build is all that a new command needs. */
extern const struct command command_help, command_generate, command_doctor, command_symbolize;

const struct command *const commands[] = {
    /* clang-format off */
    &command_symbolize,
    &command_doctor,
    &command_help,
    &command_generate,
    NULL,
    /* clang-format on */
};

const struct command *command_find(const char *name) {
  for (const struct command *const *c = commands; *c; c++)
    if (strcmp((*c)->name, name) == 0)
      return *c;
  return NULL;
}
