/* Completions. They offer commands first, then the command's options, an option's choices, and
 * files. Help texts go into single quotes of the shell, so quotes in them are written as each shell
 * wants. */
#include "cli/line/generate_completion.h"
#include "cli/line/command.h"

#include <string.h>

static bool wants_file(const struct option_spec *spec) {
  return spec->argument &&
         (strcmp(spec->argument, "FILE") == 0 || strcmp(spec->argument, "DIR") == 0);
}

/* The text within single quotes: ' becomes '\'' and, for zsh, characters of its own grammar a
 * backslash. */
static void print_quoted(FILE *out, const char *text, const char *special) {
  for (; *text; text++) {
    if (*text == '\'')
      fputs("'\\''", out);
    else if (strchr(special, *text))
      fprintf(out, "\\%c", *text);
    else
      fputc(*text, out);
  }
}

static void print_choices(FILE *out, const struct option_spec *spec) {
  for (int i = 0; spec->choices[i]; i++)
    fprintf(out, "%s%s", i ? " " : "", spec->choices[i]);
}

static void print_command_names(FILE *out) {
  const char *gap = "";
  for (const struct command *const *c = commands; *c; c++)
    if (!(*c)->hidden) {
      fprintf(out, "%s%s", gap, (*c)->name);
      gap = " ";
    }
}

/* bash */

static void bash_option_word(const struct option_spec *spec, void *context) {
  char name[64];
  option_shown_name(spec, name, sizeof(name));
  if (spec->argument_optional)
    fprintf(context, " --%s", name);
  fprintf(context, " --%s%s", name, spec->argument ? "=" : "");
}

/* A line of the case that answers what may follow `--name=`. */
static void bash_option_values(const struct option_spec *spec, void *context) {
  FILE *out = context;
  if (!spec->argument)
    return;
  fprintf(out, "    --%s", spec->name);
  if (spec->short_name)
    fprintf(out, "|-%c", spec->short_name);
  fputs(") ", out);
  if (spec->choices) {
    fputs("mapfile -t COMPREPLY < <(compgen -W '", out);
    print_choices(out, spec);
    fputs("' -- \"$cur\")", out);
  } else if (wants_file(spec))
    fputs("compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")", out);
  else
    fputs(":", out);
  fputs("; return;;\n", out);
}

static void bash_operands(FILE *out, const struct command *command) {
  switch (command->operands) {
  case OPERANDS_NONE:
    break;
  case OPERANDS_FILES:
    fputs("    compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$cur\");;\n", out);
    return;
  case OPERANDS_PROGRAM:
    fputs("    compopt -o filenames; mapfile -t COMPREPLY < <(compgen -c -f -- \"$cur\");;\n", out);
    return;
  case OPERANDS_COMMANDS:
    fputs("    mapfile -t COMPREPLY < <(compgen -W '", out);
    print_command_names(out);
    fputs("' -- \"$cur\");;\n", out);
    return;
  }
  fputs("    :;;\n", out);
}

static void bash_command(FILE *out, const struct command *command) {
  fprintf(out, "  %s)\n    case \"$option\" in\n", command->name);
  options_each(command->groups, bash_option_values, out);
  fputs("    esac\n    if [[ $cur == -* ]]; then\n      words='", out);
  options_each(command->groups, bash_option_word, out);
  fputs(" --help'\n      mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
        "      [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace\n      return\n    fi\n",
        out);
  bash_operands(out, command);
}

void generate_bash(FILE *out) {
  /* COMP_WORDBREAKS holds '=', so bash hands us `--name`, `=` and the value as three words. */
  fputs("# bash completion for memprof, made from its option tables\n"
        "_memprof() {\n"
        "  local cur=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD-1]} words\n"
        "  COMPREPLY=()\n"
        "  if [[ $cur == = ]]; then cur=\n"
        "  elif [[ $option == = ]]; then option=${COMP_WORDS[COMP_CWORD-2]}\n"
        "  fi\n"
        "  if ((COMP_CWORD == 1)); then\n"
        "    mapfile -t COMPREPLY < <(compgen -W '",
        out);
  print_command_names(out);
  fputs(" --help --version' -- \"$cur\")\n    return\n  fi\n  case ${COMP_WORDS[1]} in\n", out);
  for (const struct command *const *c = commands; *c; c++)
    if (!(*c)->hidden)
      bash_command(out, *c);
  fputs("  esac\n}\ncomplete -F _memprof memprof\n", out);
}

/* zsh */

static void zsh_option(const struct option_spec *spec, void *context) {
  FILE *out = context;
  char name[64];
  option_shown_name(spec, name, sizeof(name));
  fputs("      ", out);
  if (spec->short_name)
    fprintf(out, "'(-%c --%s)'{-%c%s,--%s%s}'[", spec->short_name, name, spec->short_name,
            spec->argument ? "+" : "", name, spec->argument ? "=" : "");
  else
    fprintf(out, "'%s--%s%s[", spec->kind == OPTION_LIST ? "*" : "", name,
            !spec->argument           ? ""
            : spec->argument_optional ? "=-"
                                      : "=");
  print_quoted(out, spec->help, "[]:\\");
  fputc(']', out);
  if (spec->argument) {
    fputs(spec->argument_optional ? "::" : ":", out);
    print_quoted(out, spec->argument, "[]:\\");
    fputc(':', out);
    if (spec->choices) {
      fputc('(', out);
      print_choices(out, spec);
      fputc(')', out);
    } else if (wants_file(spec))
      fputs("_files", out);
  }
  fputs("' \\\n", out);
}

static void zsh_command(FILE *out, const struct command *command) {
  fprintf(out, "    %s)\n      _arguments -s \\\n", command->name);
  options_each(command->groups, zsh_option, out);
  fputs("      '(- *)'{-h,--help}'[Show this help]' \\\n", out);
  switch (command->operands) {
  case OPERANDS_NONE:
    fputs("      ;;\n", out);
    break;
  case OPERANDS_FILES:
    fputs("      '*:file:_files' ;;\n", out);
    break;
  case OPERANDS_PROGRAM:
    fputs("      '(-):program:_command_names -e' '*::arguments:_normal' ;;\n", out);
    break;
  case OPERANDS_COMMANDS:
    fputs("      '*:command:(", out);
    print_command_names(out);
    fputs(")' ;;\n", out);
    break;
  }
}

void generate_zsh(FILE *out) {
  fputs("#compdef memprof\n# zsh completion for memprof, made from its option tables\n"
        "_memprof() {\n  local -a commands=(\n",
        out);
  for (const struct command *const *c = commands; *c; c++)
    if (!(*c)->hidden) {
      fprintf(out, "    '%s:", (*c)->name);
      print_quoted(out, (*c)->summary, ":\\");
      fputs("'\n", out);
    }
  fputs("  )\n  if ((CURRENT == 2)); then\n    _describe command commands\n    return\n  fi\n"
        "  local command=$words[2]\n  shift words\n  ((CURRENT--))\n  case $command in\n",
        out);
  for (const struct command *const *c = commands; *c; c++)
    if (!(*c)->hidden)
      zsh_command(out, *c);
  fputs("  esac\n}\n_memprof \"$@\"\n", out);
}

/* fish */

struct fish_context {
  FILE *out;
  const char *command;
};

static void fish_option(const struct option_spec *spec, void *context) {
  struct fish_context *fish = context;
  FILE *out = fish->out;
  char name[64];
  option_shown_name(spec, name, sizeof(name));
  fprintf(out, "complete -c memprof -n '__fish_seen_subcommand_from %s' -l %s", fish->command,
          name);
  if (spec->short_name)
    fprintf(out, " -s %c", spec->short_name);
  if (spec->choices) {
    fputs(" -x -a '", out);
    print_choices(out, spec);
    fputc('\'', out);
  } else if (spec->argument && !spec->argument_optional)
    fputs(wants_file(spec) ? " -r -F" : " -x", out);
  fputs(" -d '", out);
  print_quoted(out, spec->help, "\\");
  fputs("'\n", out);
}

static void fish_command(FILE *out, const struct command *command) {
  fprintf(out, "complete -c memprof -n __fish_use_subcommand -f -a %s -d '", command->name);
  print_quoted(out, command->summary, "\\");
  fputs("'\n", out);
  struct fish_context context = {out, command->name};
  options_each(command->groups, fish_option, &context);
  if (command->operands == OPERANDS_COMMANDS || command->operands == OPERANDS_NONE) {
    fprintf(out, "complete -c memprof -n '__fish_seen_subcommand_from %s' -f", command->name);
    if (command->operands == OPERANDS_COMMANDS) {
      fputs(" -a '", out);
      print_command_names(out);
      fputc('\'', out);
    }
    fputc('\n', out);
  }
  if (command->operands == OPERANDS_PROGRAM)
    fprintf(out,
            "complete -c memprof -n '__fish_seen_subcommand_from %s' -a "
            "'(__fish_complete_subcommand)'\n",
            command->name);
}

void generate_fish(FILE *out) {
  fputs("# fish completion for memprof, made from its option tables\n"
        "complete -c memprof -n __fish_use_subcommand -l version -d 'Show the version'\n"
        "complete -c memprof -l help -s h -d 'Show help'\n",
        out);
  for (const struct command *const *c = commands; *c; c++)
    if (!(*c)->hidden)
      fish_command(out, *c);
}
