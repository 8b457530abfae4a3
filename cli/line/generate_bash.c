#include "cli/line/generate_bash.h"
#include "cli/line/completion_words.h"

#include <string.h>

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
    completion_choices(out, spec, "");
    fputs("' -- \"$cur\"); [[ ${COMPREPLY[0]-} != *: ]] || compopt -o nospace", out);
  } else if (completion_wants_file(spec))
    fputs("compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")", out);
  else if (completion_wants_process(spec))
    fputs("_memprof_processes \"$cur\"", out);
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
  case OPERANDS_PROFILES:
    fputs("    _memprof_profiles \"$cur\";;\n", out);
    return;
  case OPERANDS_PROCESSES:
    fputs("    _memprof_processes \"$cur\";;\n", out);
    return;
  case OPERANDS_PROGRAM:
    fputs("    _memprof_programs \"$cur\";;\n", out);
    return;
  case OPERANDS_COMMANDS:
    fputs("    mapfile -t COMPREPLY < <(compgen -W '", out);
    completion_commands(out);
    fputs("' -- \"$cur\");;\n", out);
    return;
  }
  fputs("    :;;\n", out);
}

static void bash_command(FILE *out, const struct command *command) {
  fprintf(out, "  %s)\n", command->name);
  if (command->stop_at_operand) {
    fputs("    _memprof_hand_over '", out);
    completion_takers(out, command);
    fputs(" ' && return\n", out);
  }
  fputs("    case \"$option\" in\n", out);
  options_each(command->groups, bash_option_values, out);
  fputs("    esac\n    if [[ $cur == -* ]]; then\n      words='", out);
  options_each(command->groups, bash_option_word, out);
  fputs(" --help'\n      mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
        "      [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace\n      return\n    fi\n",
        out);
  bash_operands(out, command);
}

static const char functions[] =
    "# Profiles, and folders; all files where there is no profile.\n"
    "_memprof_profiles() {\n"
    "  compopt -o filenames\n"
    "  mapfile -t COMPREPLY < <(compgen -f -X '!*.pb.gz' -- \"$1\"; compgen -d -- \"$1\")\n"
    "  ((${#COMPREPLY[@]})) || mapfile -t COMPREPLY < <(compgen -f -- \"$1\")\n"
    "}\n"
    "_memprof_processes() {\n"
    "  local list\n"
    "  list=$(\"${COMP_WORDS[0]}\" " COMPLETION_PROCESSES " 2>/dev/null | cut -f1)\n"
    "  mapfile -t COMPREPLY < <(compgen -W \"$list\" -- \"$1\")\n"
    "}\n"
    "# Commands, but not the shell's own words and functions.\n"
    "_memprof_programs() {\n"
    "  compopt -o filenames\n"
    "  mapfile -t COMPREPLY < <({ compgen -c -- \"$1\"; compgen -f -- \"$1\"; } | sort -u |\n"
    "    grep -vxFf <(compgen -k; compgen -A function))\n"
    "}\n"
    "# The path in --http=unix:PATH, in which = and : are words of their own.\n"
    "_memprof_socket() {\n"
    "  local i=$COMP_CWORD path=${COMP_WORDS[COMP_CWORD]}\n"
    "  if [[ $path == : ]]; then path=; else ((--i)); fi\n"
    "  ((i > 3)) && [[ ${COMP_WORDS[i]} == : && ${COMP_WORDS[i - 1]} == unix ]] || return 1\n"
    "  [[ ${COMP_WORDS[i - 2]} != = ]] || ((--i))\n"
    "  [[ ${COMP_WORDS[i - 2]} == --http ]] || return 1\n"
    "  compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$path\")\n"
    "}\n"
    "# Where the program has been typed its own completion answers. $1: the options that take a\n"
    "# word.\n"
    "_memprof_hand_over() {\n"
    "  local i program=\n"
    "  for ((i = 2; i < COMP_CWORD; i++)); do\n"
    "    case ${COMP_WORDS[i]} in\n"
    "    --) program=$((i + 1)); break;;\n"
    "    -*) if [[ ${COMP_WORDS[i + 1]-} == = ]]; then ((i += 2))\n"
    "      elif [[ $1 == *\" ${COMP_WORDS[i]} \"* ]]; then ((++i))\n"
    "      fi;;\n"
    "    *) program=$i; break;;\n"
    "    esac\n"
    "  done\n"
    "  [[ -n $program ]] && ((program < COMP_CWORD)) || return 1\n"
    "  if declare -F _comp_command_offset >/dev/null; then _comp_command_offset \"$program\"\n"
    "  elif declare -F _command_offset >/dev/null; then _command_offset \"$program\"\n"
    "  else compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "
    "\"${COMP_WORDS[COMP_CWORD]}\")\n"
    "  fi\n"
    "  return 0\n"
    "}\n";

void generate_bash(FILE *out) {
  /* COMP_WORDBREAKS holds '=', so bash hands us `--name`, `=` and the value as three words. */
  fputs("# bash completion for memprof, made from its option tables\n", out);
  fputs(functions, out);
  fputs("_memprof() {\n"
        "  local cur=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD-1]} words\n"
        "  COMPREPLY=()\n"
        "  if [[ $cur == = ]]; then cur=\n"
        "  elif [[ $option == = ]]; then option=${COMP_WORDS[COMP_CWORD-2]}\n"
        "  fi\n"
        "  if ((COMP_CWORD == 1)); then\n"
        "    mapfile -t COMPREPLY < <(compgen -W '",
        out);
  completion_commands(out);
  fputs(" --help --version' -- \"$cur\")\n    return\n  fi\n  _memprof_socket && return\n  case "
        "${COMP_WORDS[1]} in\n",
        out);
  for (const struct command *const *c = commands; *c; c++)
    if (!(*c)->hidden)
      bash_command(out, *c);
  fputs("  esac\n}\ncomplete -F _memprof memprof\n", out);
}
