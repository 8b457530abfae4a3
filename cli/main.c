/* memprof: finds the command, reads its options, runs it, and makes sure that what it wrote
 * arrived. */
#include "cli/commands.h"
#include "cli/line/exit_codes.h"
#include "cli/line/help.h"
#include "cli/line/message.h"
#include "cli/line/stdio_guard.h"
#include "cli/line/suggest.h"
#include "report/json.h"

#include <stdio.h>
#include <string.h>

static struct error *unknown_command(const char *name) {
  struct suggestion suggestion = suggestion_init(name);
  for (const struct command *const *c = commands; *c; c++)
    if (!(*c)->hidden)
      suggestion_offer(&suggestion, (*c)->name);
  if (suggestion.best)
    return error_create(ERROR_BAD_INPUT, "'%s' is not a memprof command; did you mean '%s'?", name,
                        suggestion.best);
  return error_create(ERROR_BAD_INPUT, "'%s' is not a memprof command; see 'memprof help'", name);
}

/* The i-th operand that must be given, in the first form of a synopsis: "REGEX" is the first of
 * "[OPTION...] REGEX [FILE]". *n is its length. */
static const char *operand_name(const char *form, int i, int *n) {
  for (int depth = 0; *form && *form != '\n'; form += *n + strspn(form + *n, " ")) {
    *n = (int)strcspn(form, " \n");
    int depth_before = depth;
    for (int k = 0; k < *n; k++)
      depth += (form[k] == '[') - (form[k] == ']');
    if (depth_before || *form == '[' || *form == '-' || i--)
      continue;
    while (*n > 0 && form[*n - 1] == '.')
      --*n;
    return form;
  }
  *n = 8;
  return "argument";
}

static struct error *missing_operand(const struct command *command, int i) {
  const char *form = command->synopsis ? command->synopsis : "";
  int n;
  const char *name = operand_name(form, i, &n);
  return error_create(ERROR_BAD_INPUT, "%s: %.*s is missing; usage: memprof %s %.*s%s%s",
                      command->name, n, name, command->name, (int)strcspn(form, "\n"), form,
                      command->example ? "; for example: memprof " : "",
                      command->example ? command->example : "");
}

static struct error *check_operands(const struct command *command,
                                    const struct option_result *line) {
  const char *form = command->synopsis ? command->synopsis : "";
  if (line->n_operands < command->min_operands)
    return missing_operand(command, line->n_operands);
  if (command->max_operands != OPERANDS_ANY && line->n_operands > command->max_operands)
    return error_create(ERROR_BAD_INPUT, "%s: unexpected argument '%s'; usage: memprof %s %.*s",
                        command->name, line->operands[command->max_operands], command->name,
                        (int)strcspn(form, "\n"), form);
  return NULL;
}

static int run_command(const struct command *command, int argc, char **argv) {
  struct option_result line;
  struct error *err =
      options_parse(command->name, command->groups, command->stop_at_operand, argc, argv, &line);
  if (err)
    return command_error(err);
  if (line.help) {
    help_print_command(stdout, command);
    return EXIT_OK;
  }
  err = check_operands(command, &line);
  return err ? command_error(err) : command->run(line.n_operands, line.operands);
}

/* argv[1] before it is known to be a command. */
static int run_line(int argc, char **argv) {
  if (argc < 2) {
    help_print_overview(stderr);
    return EXIT_USAGE;
  }
  const char *word = argv[1];
  if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0) {
    printf("memprof %s\n", MEMPROF_VERSION);
    return EXIT_OK;
  }
  if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
    help_print_overview(stdout);
    return EXIT_OK;
  }
  if (word[0] == '-')
    return command_error(error_create(
        ERROR_BAD_INPUT,
        "option '%s' comes too early: options follow the command; see 'memprof help'", word));
  const struct command *command = command_find(word);
  return command ? run_command(command, argc - 1, argv + 1) : command_error(unknown_command(word));
}

int main(int argc, char **argv) {
  stdio_guard_open();
  json_bound_memory();
  commands = all_commands;
  int status = run_line(argc, argv);
  return stdio_guard_close(status);
}
