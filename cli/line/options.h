/* Option tables, and the one parser that reads a command line by them.
 *
 * A table is a const array ended by an entry without a name. Each entry points at the static
 * variable it sets: a process runs one command, so options are plain globals of the command's file.
 * Tables are bundled in groups with a title; a group can be shared by commands
 * (cli/input/report_options.h). Help texts, the man page and shell completions are made from the
 * same tables (cli/line/help.h, cli/line/generate_man.h, cli/line/generate_bash.h).
 *
 * The parser has git's manners: `--name=value`, `--name value`, unique prefixes, `--no-name` for
 * every flag, `--` ends options. As pprof's users type them, `-name` and `--some_name` are
 * understood too. */
#pragma once

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option_kind {
  OPTION_FLAG,    /* bool: --name sets it, --no-name clears it */
  OPTION_STRING,  /* const char *: the argument itself, which points into argv */
  OPTION_LIST,    /* struct option_list: every argument given, in order */
  OPTION_INTEGER, /* int64_t: decimal, between min and max */
  OPTION_SIZE,    /* uint64_t, bytes, by unit_parse_size: `4096`, `512KiB`, `1.5M`, `2MB` */
  OPTION_TIME,    /* int64_t, ms: `30s`, `500ms`, `2m`, `1h`; 1 ms to a week */
  OPTION_CHOICE,  /* int: the index of the argument in `choices` */
  OPTION_SET,     /* int: becomes `constant`; several options may share one variable */
  OPTION_CALLBACK /* whatever `parse` does with the argument */
};

struct option_list {
  const char **data; /* point into argv; the array lives as long as the process */
  size_t count, capacity;
};

struct option_spec {
  const char *name;     /* long name without dashes */
  char short_name;      /* 'n', or 0 */
  const char *argument; /* "N", "FILE", "REGEX": what help calls the argument; NULL: takes none.
                           FILE and DIR make completion offer those */
  const char *help;     /* a sentence without a final period; may name the default */
  enum option_kind kind;
  void *value;            /* the variable, of the type that the kind says */
  bool on_by_default;     /* FLAG: documented as --no-name */
  bool argument_optional; /* CALLBACK: --name and --name=argument; parse gets NULL without one */
  int64_t min, max;       /* INTEGER: both 0 means 0 .. INT64_MAX */
  const char *const *choices; /* CHOICE: NULL-ended. CALLBACK: what completion offers, or NULL */
  int constant;               /* SET */
  struct error *(*parse)(const struct option_spec *spec, const char *argument); /* CALLBACK */
};

/* Options under a title, or, with `member`, several groups. Neighbours of one title are shown under
 * one heading. */
struct option_group {
  const char *title; /* "Report options" */
  const struct option_spec *options;
  const struct option_group *(*member)(size_t i); /* the i-th group of several; NULL: no more */
};

/* The rest of a command line, without its options. */
struct option_result {
  int n_operands;
  char **operands; /* inside argv, which the parser reorders; NULL-ended */
  bool help;       /* --help or -h was given: nothing else was checked */
};

/* Parses argv[1] .. argv[argc - 1] by the NULL-ended `groups` (which may be NULL). `who` is the
 * command's name for messages. With stop_at_operand the first operand ends the options, so that a
 * program's own flags stay its own. An error's code is ERROR_BAD_INPUT. Not reentrant (getopt). */
struct error *options_parse(const char *who, const struct option_group *const *groups,
                            bool stop_at_operand, int argc, char **argv, struct option_result *ret);

/* Calls `visit` for every group, in order, those of several groups one by one. */
void option_groups_each(const struct option_group *const *groups,
                        void (*visit)(const struct option_group *group, void *context),
                        void *context);

/* Calls `visit` for every option of the groups, in order. */
void options_each(const struct option_group *const *groups,
                  void (*visit)(const struct option_spec *spec, void *context), void *context);

/* The name as one types it after the dashes: "no-follow" for a flag that is on by default. */
void option_shown_name(const struct option_spec *spec, char *ret, size_t size);

/* Every command has it; not to be listed in a table. */
extern const struct option_group option_help_group;
