#include "cli/line/generate_zsh.h"
#include "cli/line/completion_words.h"

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
  completion_quoted(out, spec->help, "[]:\\");
  fputc(']', out);
  if (spec->argument) {
    fputs(spec->argument_optional ? "::" : ":", out);
    completion_quoted(out, spec->argument, "[]:\\");
    fputc(':', out);
    if (spec->choices) {
      fputc('(', out);
      completion_choices(out, spec, ":\\");
      fputc(')', out);
    } else if (completion_wants_file(spec))
      fputs("_files", out);
    else if (completion_wants_process(spec))
      fputs("_memprof_processes", out);
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
  case OPERANDS_PROFILES:
    fputs("      '*:profile:_files -g \"*.pb.gz(-.)\"' ;;\n", out);
    break;
  case OPERANDS_PROCESSES:
    fputs("      '*:process:_memprof_processes' ;;\n", out);
    break;
  case OPERANDS_PROGRAM:
    fputs("      '(-):program:_command_names -e' '*::arguments:_normal' ;;\n", out);
    break;
  case OPERANDS_COMMANDS:
    fputs("      '*:command:(", out);
    completion_commands(out);
    fputs(")' ;;\n", out);
    break;
  }
}

void generate_zsh(FILE *out) {
  fputs("#compdef memprof\n# zsh completion for memprof, made from its option tables\n"
        "_memprof_processes() {\n"
        "  local -a processes\n"
        "  processes=(${(f)\"$(_call_program processes memprof " COMPLETION_PROCESSES
        " 2>/dev/null)\"})\n"
        "  processes=(${processes/$'\\t'/:})\n"
        "  _describe process processes\n"
        "}\n"
        "_memprof() {\n  local -a commands=(\n",
        out);
  for (const struct command *const *c = commands; *c; c++)
    if (!(*c)->hidden) {
      fprintf(out, "    '%s:", (*c)->name);
      completion_quoted(out, (*c)->summary, ":\\");
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
