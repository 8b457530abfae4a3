#include "cli/line/options.h"

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "cli/line/option_value.h"
#include "cli/line/suggest.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

/* getopt_long_only does the splitting, permuting and prefix matching. For a long option it returns
 * LONG_BASE + 2 * index in `specs`, plus one for the --no- form. */
enum { LONG_BASE = 1000, MAX_OPTIONS = 128, MAX_LONG = 2 * MAX_OPTIONS };

static bool help_wanted;
static const struct option_spec help_options[] = {
    {.name = "help",
     .short_name = 'h',
     .help = "Show this help",
     .kind = OPTION_FLAG,
     .value = &help_wanted},
    {0},
};
const struct option_group option_help_group = {"Other options", help_options};

struct parser {
  const char *who;
  const struct option_spec *specs[MAX_OPTIONS];
  size_t n_specs;
  char names[MAX_OPTIONS][48]; /* "no-NAME" */
  struct option longs[MAX_LONG + 1];
  size_t n_longs;
  char shorts[3 + 2 * MAX_OPTIONS];
};

static void visit_group(const struct option_group *group,
                        void (*visit)(const struct option_group *group, void *context),
                        void *context) {
  if (!group->member) {
    visit(group, context);
    return;
  }
  const struct option_group *member;
  for (size_t i = 0; (member = group->member(i)); i++)
    visit_group(member, visit, context);
}

void option_groups_each(const struct option_group *const *groups,
                        void (*visit)(const struct option_group *group, void *context),
                        void *context) {
  for (; groups && *groups; groups++)
    visit_group(*groups, visit, context);
}

struct option_visit {
  void (*visit)(const struct option_spec *spec, void *context);
  void *context;
};

static void visit_options(const struct option_group *group, void *context) {
  const struct option_visit *v = context;
  for (const struct option_spec *spec = group->options; spec->name; spec++)
    v->visit(spec, v->context);
}

void options_each(const struct option_group *const *groups,
                  void (*visit)(const struct option_spec *spec, void *context), void *context) {
  option_groups_each(groups, visit_options, &(struct option_visit){visit, context});
}

void option_shown_name(const struct option_spec *spec, char *ret, size_t size) {
  snprintf(ret, size, "%s%s", spec->on_by_default ? "no-" : "", spec->name);
}

static int takes(const struct option_spec *spec) {
  return !spec->argument           ? no_argument
         : spec->argument_optional ? optional_argument
                                   : required_argument;
}

static void add_option(const struct option_spec *spec, void *context) {
  struct parser *p = context;
  if (p->n_specs == MAX_OPTIONS)
    return;
  size_t i = p->n_specs++;
  p->specs[i] = spec;
  p->longs[p->n_longs++] = (struct option){spec->name, takes(spec), NULL, LONG_BASE + 2 * (int)i};
  if (spec->kind == OPTION_FLAG && spec->value != &help_wanted) {
    snprintf(p->names[i], sizeof(p->names[i]), "no-%s", spec->name);
    p->longs[p->n_longs++] =
        (struct option){p->names[i], no_argument, NULL, LONG_BASE + 2 * (int)i + 1};
  }
  if (spec->short_name) {
    char letters[] = {spec->short_name, spec->argument ? ':' : '\0', '\0'};
    strcat(p->shorts, letters);
  }
}

static const struct option_spec *spec_of(const struct parser *p, int code) {
  if (code >= LONG_BASE)
    return p->specs[(code - LONG_BASE) / 2];
  for (size_t i = 0; i < p->n_specs; i++)
    if (p->specs[i]->short_name == code)
      return p->specs[i];
  return NULL;
}

/* `word` is what was typed, dashes and value included. */
static struct error *unknown_option(const struct parser *p, const char *word) {
  const char *name = word + strspn(word, "-");
  _cleanup_free_ char *typed = strndup(name, strcspn(name, "="));
  if (!typed)
    return &error_no_memory;
  const char *matches[2] = {NULL, NULL};
  struct suggestion suggestion = suggestion_init(typed);
  for (size_t i = 0; i < p->n_longs; i++) {
    suggestion_offer(&suggestion, p->longs[i].name);
    if (strncmp(p->longs[i].name, typed, strlen(typed)) == 0)
      matches[matches[0] != NULL] = p->longs[i].name;
  }
  if (matches[1])
    return error_create(ERROR_BAD_INPUT, "option '--%s' is ambiguous: it could be '--%s' or '--%s'",
                        typed, matches[0], matches[1]);
  if (suggestion.best)
    return error_create(ERROR_BAD_INPUT, "'%s' has no option '--%s'; did you mean '--%s'?", p->who,
                        typed, suggestion.best);
  return error_create(ERROR_BAD_INPUT, "'%s' has no option '%.*s'; see 'memprof help %s'", p->who,
                      (int)strcspn(word, "="), word, p->who);
}

static struct error *bad_option(const struct parser *p, char **argv, int code) {
  const struct option_spec *spec = optopt ? spec_of(p, optopt) : NULL;
  const char *word = argv[optind - 1];
  if (spec && code == ':')
    return error_create(ERROR_BAD_INPUT, "option '--%s' needs an argument: --%s=%s", spec->name,
                        spec->name, spec->argument);
  if (spec)
    return error_create(ERROR_BAD_INPUT, "option '--%.*s' takes no argument",
                        (int)strcspn(word + strspn(word, "-"), "="), word + strspn(word, "-"));
  if (optopt)
    return error_create(ERROR_BAD_INPUT, "'%s' has no option '-%c'; see 'memprof help %s'", p->who,
                        optopt, p->who);
  return unknown_option(p, word);
}

/* The option that `word` names when its underscores are read as dashes, as pprof spells
 * --sample_index. */
static const struct option_spec *underscored_option(const struct parser *p, const char *word) {
  char name[48];
  word += strspn(word, "-");
  size_t n = strcspn(word, "=");
  if (n >= sizeof(name))
    return NULL;
  for (size_t i = 0; i <= n; i++)
    name[i] = i == n ? '\0' : word[i] == '_' ? '-' : word[i];
  for (size_t i = 0; i < p->n_specs; i++)
    if (strcmp(p->specs[i]->name, name) == 0)
      return p->specs[i];
  return NULL;
}

/* Parses a word that getopt did not know as getopt parses a long option with its argument. */
static struct error *parse_unknown(const struct parser *p, int argc, char **argv, int code) {
  const char *word = argv[optind - 1];
  const struct option_spec *spec = code == '?' && !optopt ? underscored_option(p, word) : NULL;
  if (!spec || (!spec->argument && strchr(word, '=')))
    return bad_option(p, argv, code);
  const char *argument = NULL;
  if (spec->argument && strchr(word, '='))
    argument = strchr(word, '=') + 1;
  else if (takes(spec) == required_argument && optind < argc)
    argument = argv[optind++];
  else if (takes(spec) == required_argument)
    return error_create(ERROR_BAD_INPUT, "option '--%s' needs an argument: --%s=%s", spec->name,
                        spec->name, spec->argument);
  return option_store(spec, argument, true);
}

static struct error *parse_all(struct parser *p, int argc, char **argv) {
  int code;
  optind = 0; /* glibc: start anew, and read the leading + of the short options again */
  opterr = 0;
  while ((code = getopt_long_only(argc, argv, p->shorts, p->longs, NULL)) != -1) {
    bool on = code < LONG_BASE || (code - LONG_BASE) % 2 == 0;
    struct error *err = code == '?' || code == ':' ? parse_unknown(p, argc, argv, code)
                                                   : option_store(spec_of(p, code), optarg, on);
    if (err)
      return err;
    if (help_wanted)
      return NULL;
  }
  return NULL;
}

struct error *options_parse(const char *who, const struct option_group *const *groups,
                            bool stop_at_operand, int argc, char **argv,
                            struct option_result *ret) {
  static struct parser p;
  p = (struct parser){.who = who};
  strcpy(p.shorts, stop_at_operand ? "+:" : ":");
  help_wanted = false;
  options_each(groups, add_option, &p);
  add_option(help_options, &p);
  struct error *err = parse_all(&p, argc, argv);
  if (err)
    return err;
  *ret = (struct option_result){argc - optind, argv + optind, help_wanted};
  return NULL;
}
