#include "cli/line/command.h"

#include <string.h>

const struct command *const *commands;

const struct command *command_find(const char *name) {
  for (const struct command *const *c = commands; *c; c++)
    if (strcmp((*c)->name, name) == 0)
      return *c;
  return NULL;
}
