#include "cli/leaks/options.h"

#include "cli/line/exit_codes.h"
#include "cli/line/output.h"

#include <stdlib.h>
#include <string.h>

static int64_t pid, every_ms, error_exitcode = EXIT_LEAKS, max_leaks = 100;
static uint64_t min_bytes;
static const char *log_file, *output;
static struct option_list suppression_files;
static bool json, unaligned, why, contents, gen_suppressions;
static unsigned fail_on = 1u << LEAK_DEFINITE | 1u << LEAK_INDIRECT;
static unsigned show = 1u << LEAK_DEFINITE | 1u << LEAK_INDIRECT | 1u << LEAK_POSSIBLE;
static unsigned roots = ROOTS_ALL;
static bool roots_given;

static const char *const kind_choices[] = {"definite", "indirect", "possible",   "reachable",
                                           "all",      "none",     "suppressed", NULL};
static const char *const root_choices[] = {"stacks", "registers", "globals", "tls",
                                           "mmap",   "all",       "none",    NULL};

/* The bits of "a,b": each name's place among the choices, where "all" of the first n and "none"
 * follow these and do not count. */
static struct error *parse_set(const struct option_spec *spec, const char *argument, int n,
                               unsigned *ret) {
  unsigned set = 0;
  for (const char *at = argument; *at;) {
    size_t length = strcspn(at, ",");
    int i = 0;
    while (spec->choices[i] &&
           (strlen(spec->choices[i]) != length || strncmp(spec->choices[i], at, length)))
      i++;
    if (!spec->choices[i])
      return error_create(ERROR_BAD_INPUT, "--%s: '%.*s' is unknown; see 'memprof help leaks'",
                          spec->name, (int)length, at);
    set |= i < n ? 1u << i : i == n ? (1u << n) - 1 : i == n + 1 ? 0 : 1u << (i - 2);
    at += length + (at[length] == ',');
  }
  *ret = set;
  return NULL;
}

/* What only lost blocks point to goes with them. */
static struct error *parse_fail_on(const struct option_spec *spec, const char *argument) {
  struct error *err = parse_set(spec, argument, LEAK_SUPPRESSED, &fail_on);
  if (!err && fail_on & 1u << LEAK_DEFINITE)
    fail_on |= 1u << LEAK_INDIRECT;
  return err;
}

static struct error *parse_show(const struct option_spec *spec, const char *argument) {
  return parse_set(spec, argument, LEAK_SUPPRESSED, &show);
}

static struct error *parse_roots(const struct option_spec *spec, const char *argument) {
  roots_given = true;
  return parse_set(spec, argument, N_ROOT_CLASSES, &roots);
}

static const struct option_spec target_specs[] = {
    {.name = "pid",
     .argument = "PID",
     .help = "Check a running process that `memprof run --exact` started, and let it go on",
     .kind = OPTION_INTEGER,
     .value = &pid,
     .min = 1,
     .max = INT32_MAX},
    {.name = "every",
     .argument = "TIME",
     .help =
         "With --pid: check again every TIME, as in 60s, until the process ends; the report says "
         "how long it stood still",
     .kind = OPTION_TIME,
     .value = &every_ms},
    {0},
};
const struct option_group leaks_target_options = {"Target", target_specs};

#define SUPPRESSIONS                                                                               \
  {                                                                                                \
    .name = "suppressions", .argument = "FILE",                                                    \
    .help =                                                                                        \
        "Leaks that match an entry of FILE do not count; LeakSanitizer's and valgrind's files "    \
        "are read; may be repeated",                                                               \
    .kind = OPTION_LIST, .value = &suppression_files                                               \
  }

static const struct option_spec suppression_specs[] = {SUPPRESSIONS, {0}};
const struct option_group leaks_suppression_options = {"Leaks", suppression_specs};

static const struct option_spec verdict_specs[] = {
    {.name = "fail-on",
     .argument = "KINDS",
     .help = "Kinds that count as leaks: definite (with indirect), possible, reachable, all or "
             "none, joined by commas "
             "(default definite)",
     .kind = OPTION_CALLBACK,
     .parse = parse_fail_on,
     .choices = kind_choices},
    {.name = "error-exitcode",
     .argument = "N",
     .help = "Exit status when there are leaks (default 23)",
     .kind = OPTION_INTEGER,
     .value = &error_exitcode,
     .min = 0,
     .max = 255},
    SUPPRESSIONS,
    {.name = "roots",
     .argument = "CLASSES",
     .help = "Where pointers are looked for: stacks, registers, globals, tls, mmap, all or none, "
             "joined by commas (default all)",
     .kind = OPTION_CALLBACK,
     .parse = parse_roots,
     .choices = root_choices},
    {.name = "unaligned",
     .help = "Take words at any address for pointers, not only at multiples of 8",
     .kind = OPTION_FLAG,
     .value = &unaligned},
    {0},
};
const struct option_group leaks_verdict_options = {"Verdict", verdict_specs};

static const struct option_spec report_specs[] = {
    {.name = "show",
     .argument = "KINDS",
     .help = "Kinds to list (default definite,indirect,possible)",
     .kind = OPTION_CALLBACK,
     .parse = parse_show,
     .choices = kind_choices},
    {.name = "why",
     .help = "Tell for each stack and kind how one of its blocks is reached, or what lost it",
     .kind = OPTION_FLAG,
     .value = &why},
    {.name = "contents",
     .help = "Show for each stack and kind the first bytes of its largest block",
     .kind = OPTION_FLAG,
     .value = &contents},
    {.name = "max-leaks",
     .argument = "N",
     .help = "List at most N stacks of a process, 0 for all (default 100)",
     .kind = OPTION_INTEGER,
     .value = &max_leaks},
    {.name = "min-bytes",
     .argument = "SIZE",
     .help = "Leave out stacks that lost less",
     .kind = OPTION_SIZE,
     .value = &min_bytes},
    {.name = "gen-suppressions",
     .help = "Print an entry for a file of suppressions below each leak",
     .kind = OPTION_FLAG,
     .value = &gen_suppressions},
    {.name = "json", .help = "Write JSON, to standard output", .kind = OPTION_FLAG, .value = &json},
    {.name = "log",
     .argument = "FILE",
     .help = "Write the report to FILE",
     .kind = OPTION_STRING,
     .value = &log_file},
    {.name = "output",
     .short_name = 'o',
     .argument = "FILE",
     .help = "Write a pprof profile of the program's blocks by kind to FILE: sample types "
             "definite_space, definite_objects, "
             "indirect_space and so on",
     .kind = OPTION_STRING,
     .value = &output},
    {0},
};
const struct option_group leaks_report_options = {"Report", report_specs};

/* One "name=value" of LSAN_OPTIONS; others of its names mean nothing here. */
static struct error *apply_lsan_option(struct leaks_settings *settings, const char *name, size_t n,
                                       const char *value, size_t length) {
  static const struct {
    const char *name;
    unsigned classes;
  } uses[] = {{"use_stacks", 1u << ROOT_STACKS},
              {"use_registers", 1u << ROOT_REGISTERS},
              {"use_globals", 1u << ROOT_GLOBALS},
              {"use_tls", 1u << ROOT_TLS}};
  bool on = length && (*value == '1' || *value == 't' || *value == 'y');
  for (size_t i = 0; !roots_given && i < sizeof(uses) / sizeof(uses[0]); i++)
    if (strlen(uses[i].name) == n && !strncmp(uses[i].name, name, n))
      settings->check.reach.roots = on ? settings->check.reach.roots | uses[i].classes
                                       : settings->check.reach.roots & ~uses[i].classes;
  if (n == 13 && !strncmp(name, "use_unaligned", n))
    settings->check.reach.unaligned |= on;
  if (n == 8 && !strncmp(name, "exitcode", n) && error_exitcode == EXIT_LEAKS)
    settings->error_exitcode = atoi(value) & 255;
  if (n == 12 && !strncmp(name, "suppressions", n) && length) {
    static char path[4096]; /* named by the suppressions until the process's end */
    if (length >= sizeof(path))
      return error_create(ERROR_BAD_INPUT, "LSAN_OPTIONS: the path of suppressions is too long");
    memcpy(path, value, length);
    path[length] = '\0';
    return suppressions_read(&settings->suppressions, path);
  }
  return NULL;
}

/* "a=1:b=2"; commas and blanks separate, too. Quotes, which LeakSanitizer allows around a value,
 * are dropped. */
static struct error *apply_lsan_options(struct leaks_settings *settings) {
  const char *at = getenv("LSAN_OPTIONS");
  struct error *err = NULL;
  while (at && *at && !err) {
    size_t n = strcspn(at, "=:, \t\n");
    if (at[n] != '=') {
      at += n + (at[n] != '\0');
      continue;
    }
    const char *value = at + n + 1;
    char quote = *value == '"' || *value == '\'' ? *value++ : 0;
    size_t length = quote ? strcspn(value, quote == '"' ? "\"" : "'") : strcspn(value, ":, \t\n");
    err = apply_lsan_option(settings, at, n, value, length);
    at = value + length + (quote && value[length]);
  }
  return err;
}

struct error *leaks_settings_read(struct leaks_settings *ret) {
  struct leaks_settings settings = {
      .pid = (pid_t)pid,
      .every_ms = every_ms,
      .check = {.reach = {roots, unaligned},
                .why = why ? show : 0,
                .contents = contents ? show : 0},
      .show = show,
      .fail_on = fail_on,
      .error_exitcode = (int)error_exitcode,
      .max_leaks = max_leaks,
      .min_bytes = (int64_t)min_bytes,
      .json = json,
      .gen_suppressions = gen_suppressions,
      .log = log_file,
      .profile = output,
  };
  struct error *err = NULL;
  for (size_t i = 0; !err && i < suppression_files.count; i++)
    err = suppressions_read(&settings.suppressions, suppression_files.data[i]);
  if (!err)
    err = apply_lsan_options(&settings);
  if (err)
    suppressions_deinit(&settings.suppressions);
  else
    *ret = settings;
  return err;
}

struct error *leaks_settings_deinit(struct leaks_settings *settings) {
  suppressions_deinit(&settings->suppressions);
  return settings->out && settings->log ? output_close(settings->log, settings->out) : NULL;
}

unsigned leaks_kinds_named(const struct leaks_settings *settings) {
  return settings->profile ? ~0u : settings->show | settings->fail_on;
}
