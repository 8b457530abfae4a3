#include "cli/line/help.h"

#include "cli/line/exit_codes.h"
#include "cli/line/message.h"
#include "report/terminal.h"

#include <string.h>

enum { OPTION_COLUMN = 28 };

/* Prints `length` bytes of text as a paragraph, its later lines indented by `indent`; `column` is
 * where the cursor stands. */
static void print_filled(FILE *out, const char *text, size_t length, int indent, int column) {
  int width = terminal_columns(out);
  const char *end = text + length;
  bool first = true;
  while (text < end) {
    size_t gap = strspn(text, " \n");
    text += gap;
    size_t word = strcspn(text, " \n");
    if (text + word > end)
      word = (size_t)(end - text);
    if (!word)
      break;
    if (!first && column + 1 + (int)word > width - 1) {
      fprintf(out, "\n%*s", indent, "");
      column = indent;
      first = true;
    }
    fprintf(out, "%s%.*s", first ? "" : " ", (int)word, text);
    column += (int)word + !first;
    first = false;
    text += word;
  }
  fputc('\n', out);
}

/* Paragraphs are refilled, lines that begin with a space stay as they are. */
static void print_details(FILE *out, const char *text) {
  while (*text) {
    const char *end = strstr(text, "\n\n");
    size_t length = end ? (size_t)(end - text) : strlen(text);
    if (*text == ' ')
      fprintf(out, "%.*s\n", (int)length, text);
    else
      print_filled(out, text, length, 0, 0);
    fputc('\n', out);
    text += length + (end ? 2 : 0);
  }
}

void help_option_heading(const struct option_spec *spec, char *ret, size_t size) {
  char name[64], letter[8] = "";
  option_shown_name(spec, name, sizeof(name));
  if (spec->short_name)
    snprintf(letter, sizeof(letter), "-%c, ", spec->short_name);
  const char *open = !spec->argument ? "" : spec->argument_optional ? "[=" : "=";
  snprintf(ret, size, "%s--%s%s%s%s", letter, name, open, spec->argument ? spec->argument : "",
           spec->argument_optional ? "]" : "");
}

static void print_option(const struct option_spec *spec, void *context) {
  FILE *out = context;
  char heading[128];
  help_option_heading(spec, heading, sizeof(heading));
  int column = fprintf(out, "%s%s", spec->short_name ? "  " : "      ", heading);
  if (column > OPTION_COLUMN - 2)
    fprintf(out, "\n%*s", OPTION_COLUMN, "");
  else
    fprintf(out, "%*s", OPTION_COLUMN - column, "");
  print_filled(out, spec->help, strlen(spec->help), OPTION_COLUMN, OPTION_COLUMN);
}

struct group_printer {
  FILE *out;
  const char *title; /* of the group before, or NULL */
};

static void print_group(const struct option_group *group, void *context) {
  struct group_printer *printer = context;
  if (!printer->title || strcmp(printer->title, group->title) != 0)
    fprintf(printer->out, "%s%s:\n", printer->title ? "\n" : "", group->title);
  printer->title = group->title;
  options_each((const struct option_group *const[]){group, NULL}, print_option, printer->out);
}

static void print_synopsis(FILE *out, const struct command *command) {
  const char *form = command->synopsis ? command->synopsis : "";
  const char *lead = "Usage: ";
  for (;;) {
    size_t n = strcspn(form, "\n");
    fprintf(out, "%smemprof %s%s%.*s\n", lead, command->name, n ? " " : "", (int)n, form);
    lead = "       ";
    if (!form[n])
      return;
    form += n + 1;
  }
}

void help_print_command(FILE *out, const struct command *command) {
  print_synopsis(out, command);
  fprintf(out, "\n%s.\n\n", command->summary);
  if (command->details)
    print_details(out, command->details);
  struct group_printer printer = {.out = out};
  option_groups_each(command->groups, print_group, &printer);
  print_group(&option_help_group, &printer);
  fputc('\n', out);
}

void help_print_overview(FILE *out) {
  fputs("Usage: memprof COMMAND [OPTION...] [ARGUMENT...]\n\n"
        "Says where a native program's memory goes: no rebuild, no relink.\n\nCommands:\n",
        out);
  for (const struct command *const *c = commands; *c; c++)
    if (!(*c)->hidden)
      fprintf(out, "  %-12s%s\n", (*c)->name, (*c)->summary);
  fputs("\n'memprof help COMMAND' describes a command; 'memprof --version' prints the version.\n",
        out);
}

static int help_run(int n_operands, char **operands) {
  if (n_operands == 0) {
    help_print_overview(stdout);
    return EXIT_OK;
  }
  const struct command *command = command_find(operands[0]);
  if (!command)
    return command_error(error_create(
        ERROR_BAD_INPUT, "'%s' is not a memprof command; see 'memprof help'", operands[0]));
  help_print_command(stdout, command);
  return EXIT_OK;
}

const struct command command_help = {
    .name = "help",
    .summary = "Show help on memprof or one of its commands",
    .synopsis = "[COMMAND]",
    .max_operands = 1,
    .operands = OPERANDS_COMMANDS,
    .run = help_run,
};
