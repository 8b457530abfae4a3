#include "cli/line/generate_fish.h"
#include "cli/line/completion_words.h"

struct fish_context {
  FILE *out;
  const struct command *command;
};

/* The condition for an option: that the command was typed, and not yet the program that it runs,
 * whose options are its own. */
static void fish_condition(const struct fish_context *fish) {
  fprintf(fish->out, "'__fish_seen_subcommand_from %s", fish->command->name);
  if (fish->command->stop_at_operand) {
    fputs("; and __memprof_before_program", fish->out);
    completion_takers(fish->out, fish->command);
  }
  fputs("'", fish->out);
}

static void fish_option(const struct option_spec *spec, void *context) {
  struct fish_context *fish = context;
  FILE *out = fish->out;
  char name[64];
  option_shown_name(spec, name, sizeof(name));
  fputs("complete -c memprof -n ", out);
  fish_condition(fish);
  fprintf(out, " -l %s", name);
  if (spec->short_name)
    fprintf(out, " -s %c", spec->short_name);
  if (spec->choices) {
    fputs(" -x -a '", out);
    completion_choices(out, spec, "\\");
    fputc('\'', out);
  } else if (completion_wants_process(spec))
    fputs(" -x -a '(memprof " COMPLETION_PROCESSES " 2>/dev/null)'", out);
  else if (spec->argument && !spec->argument_optional)
    fputs(completion_wants_file(spec) ? " -r -F" : " -x", out);
  fputs(" -d '", out);
  completion_quoted(out, spec->help, "\\");
  fputs("'\n", out);
}

static void fish_operands(const struct fish_context *fish) {
  FILE *out = fish->out;
  if (fish->command->operands == OPERANDS_FILES)
    return; /* fish offers files by itself */
  fprintf(out, "complete -c memprof -n '__fish_seen_subcommand_from %s'", fish->command->name);
  switch (fish->command->operands) {
  case OPERANDS_FILES:
  case OPERANDS_NONE:
    fputs(" -f", out);
    break;
  case OPERANDS_PROFILES:
    fputs(" -k -f -a '(__fish_complete_suffix .pb.gz)'", out);
    break;
  case OPERANDS_PROCESSES:
    fputs(" -f -a '(memprof " COMPLETION_PROCESSES " 2>/dev/null)'", out);
    break;
  case OPERANDS_PROGRAM:
    fputs(" -a '(__fish_complete_subcommand --fcs-skip=2", out);
    completion_takers(out, fish->command);
    fputs(")'", out);
    break;
  case OPERANDS_COMMANDS:
    fputs(" -f -a '", out);
    completion_commands(out);
    fputc('\'', out);
    break;
  }
  fputc('\n', out);
}

static void fish_command(FILE *out, const struct command *command) {
  fprintf(out, "complete -c memprof -n __fish_use_subcommand -f -a %s -d '", command->name);
  completion_quoted(out, command->summary, "\\");
  fputs("'\n", out);
  struct fish_context context = {out, command};
  options_each(command->groups, fish_option, &context);
  fish_operands(&context);
}

void generate_fish(FILE *out) {
  fputs("# fish completion for memprof, made from its option tables\n"
        "# True before the program of `memprof run` and the like. $argv: the options that take a "
        "word.\n"
        "function __memprof_before_program\n"
        "    set -l skip 0\n"
        "    for word in (commandline -opc)[3..-1]\n"
        "        if test $skip = 1\n"
        "            set skip 0\n"
        "            continue\n"
        "        end\n"
        "        switch $word\n"
        "            case '--'\n"
        "                return 1\n"
        "            case '-*'\n"
        "                contains -- $word $argv; and set skip 1\n"
        "            case '*'\n"
        "                return 1\n"
        "        end\n"
        "    end\n"
        "    return 0\n"
        "end\n"
        "complete -c memprof -n __fish_use_subcommand -l version -d 'Show the version'\n"
        "complete -c memprof -l help -s h -d 'Show help'\n",
        out);
  for (const struct command *const *c = commands; *c; c++)
    if (!(*c)->hidden)
      fish_command(out, *c);
}
