#include "cli/line/generate_man.h"
#include "cli/line/command.h"

#include <string.h>

/* scdoc gives meaning to * _ \ # everywhere we could meet them, and to some characters at a line's
 * beginning; a backslash takes it away. */
static void print_escaped(FILE *out, const char *text, size_t length) {
  for (size_t i = 0; i < length; i++) {
    if (strchr("*_\\#|[]<>.+", text[i]) || (text[i] == '-' && (i == 0 || text[i - 1] == '\n')))
      fputc('\\', out);
    fputc(text[i], out);
  }
}

static void print_text(FILE *out, const char *text) {
  print_escaped(out, text, strlen(text));
}

static void print_option(const struct option_spec *spec, void *context) {
  FILE *out = context;
  char name[64];
  option_shown_name(spec, name, sizeof(name));
  if (spec->short_name)
    fprintf(out, "*-%c*, ", spec->short_name);
  fprintf(out, "*--%s*", name);
  if (spec->argument) {
    fputs(spec->argument_optional ? "[=_" : "=_", out);
    print_text(out, spec->argument);
    fputs(spec->argument_optional ? "_]" : "_", out);
  }
  fputs("\n\t", out);
  print_text(out, spec->help);
  fputs(".\n\n", out);
}

/* Indented paragraphs become literal blocks. */
static void print_details(FILE *out, const char *text) {
  while (*text) {
    const char *end = strstr(text, "\n\n");
    size_t length = end ? (size_t)(end - text) : strlen(text);
    if (*text == ' ')
      fprintf(out, "```\n%.*s\n```\n\n", (int)length, text);
    else {
      print_escaped(out, text, length);
      fputs("\n\n", out);
    }
    text += length + (end ? 2 : 0);
  }
}

static void print_synopsis(FILE *out, const struct command *command) {
  const char *form = command->synopsis ? command->synopsis : "";
  for (;;) {
    size_t n = strcspn(form, "\n");
    fprintf(out, "*memprof %s* ", command->name);
    print_escaped(out, form, n);
    if (!form[n])
      break;
    fputs("++\n", out);
    form += n + 1;
  }
  fputs("\n\n", out);
}

/* A summary begins a sentence; in a page's NAME it goes on. */
static void print_name(FILE *out, const struct command *command) {
  fprintf(out, "memprof-%s(1)\n\n# NAME\n\nmemprof-%s - ", command->name, command->name);
  fputc(command->summary[0] | 0x20, out);
  print_text(out, command->summary + 1);
  fputs("\n\n", out);
}

static void print_options(FILE *out, const struct command *command) {
  if (!command->groups)
    return;
  fputs("# OPTIONS\n\n", out);
  options_each(command->groups, print_option, out);
}

static void print_page(FILE *out, const struct command *command) {
  print_name(out, command);
  fputs("# SYNOPSIS\n\n", out);
  print_synopsis(out, command);
  if (command->details) {
    fputs("# DESCRIPTION\n\n", out);
    print_details(out, command->details);
  }
  print_options(out, command);
  if (command->example)
    fprintf(out, "# EXAMPLE\n\n```\nmemprof %s\n```\n\n", command->example);
  fputs("# SEE ALSO\n\n*memprof*(1)\n", out);
}

static void print_entry(FILE *out, const struct command *command) {
  fprintf(out, "*memprof-%s*(1)\n\t", command->name);
  print_text(out, command->summary);
  fputs(".\n\n", out);
}

void generate_man(FILE *out, FILE *frame) {
  char line[1024];
  while (fgets(line, sizeof(line), frame)) {
    if (strcmp(line, "@COMMANDS@\n") != 0) {
      fputs(line, out);
      continue;
    }
    for (const struct command *const *c = commands; *c; c++)
      if (!(*c)->hidden)
        print_entry(out, *c);
  }
}

bool generate_man_page(FILE *out, const char *name) {
  for (const struct command *const *c = commands; *c; c++)
    if (!(*c)->hidden && strcmp((*c)->name, name) == 0) {
      print_page(out, *c);
      return true;
    }
  return false;
}
