#include "cli/line/completion_words.h"

#include <string.h>

bool completion_wants_file(const struct option_spec *spec) {
  return spec->argument &&
         (strcmp(spec->argument, "FILE") == 0 || strcmp(spec->argument, "DIR") == 0);
}

void completion_quoted(FILE *out, const char *text, const char *special) {
  for (; *text; text++) {
    if (*text == '\'')
      fputs("'\\''", out);
    else if (strchr(special, *text))
      fprintf(out, "\\%c", *text);
    else
      fputc(*text, out);
  }
}

void completion_choices(FILE *out, const struct option_spec *spec, const char *special) {
  for (int i = 0; spec->choices[i]; i++) {
    fputs(i ? " " : "", out);
    completion_quoted(out, spec->choices[i], special);
  }
}

void completion_commands(FILE *out) {
  const char *gap = "";
  for (const struct command *const *c = commands; *c; c++)
    if (!(*c)->hidden) {
      fprintf(out, "%s%s", gap, (*c)->name);
      gap = " ";
    }
}

bool completion_wants_process(const struct option_spec *spec) {
  return spec->argument && strcmp(spec->argument, "PID") == 0;
}

static void print_taker(const struct option_spec *spec, void *context) {
  FILE *out = context;
  if (!spec->argument || spec->argument_optional)
    return;
  fprintf(out, " --%s", spec->name);
  if (spec->short_name)
    fprintf(out, " -%c", spec->short_name);
}

void completion_takers(FILE *out, const struct command *command) {
  options_each(command->groups, print_taker, out);
}
