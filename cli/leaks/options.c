#include "cli/leaks/options.h"

#include "base/strbuf.h"
#include "cli/line/exit_codes.h"
#include "cli/line/finding_outputs.h"
#include "cli/line/output.h"

#include <stdlib.h>
#include <string.h>

static int64_t pid, every_ms, error_exitcode = EXIT_LEAKS, max_leaks = 100;
static uint64_t min_bytes;
static const char *log_file, *output;
static struct option_list suppression_files;
static bool json, unaligned, why, contents, gen_suppressions, all_frames;
static unsigned fail_on = 1u << LEAK_DEFINITE | 1u << LEAK_INDIRECT;
static unsigned show = 1u << LEAK_DEFINITE | 1u << LEAK_INDIRECT | 1u << LEAK_POSSIBLE;
static unsigned roots = ROOTS_ALL;
static bool roots_given;

/* The words of an option that takes a set ("a,b"), and the bits that each adds. */
struct word_set {
  const char *const *words; /* NULL-ended: what completion offers, too */
  const unsigned *bits;
};

enum { KINDS_ALL = (1u << LEAK_SUPPRESSED) - 1 }; /* a suppressed leak is asked for by its name */

#define KIND_WORDS(X)                                                                              \
  X("definite", 1u << LEAK_DEFINITE)                                                               \
  X("indirect", 1u << LEAK_INDIRECT)                                                               \
  X("possible", 1u << LEAK_POSSIBLE)                                                               \
  X("reachable", 1u << LEAK_REACHABLE)                                                             \
  X("all", KINDS_ALL) X("none", 0) X("suppressed", 1u << LEAK_SUPPRESSED)
#define WORD(word, bits) word,
#define BITS(word, bits) bits,
static const char *const kind_choices[] = {KIND_WORDS(WORD) NULL};
static const unsigned kind_bits[] = {KIND_WORDS(BITS)};

#define ROOT_WORD(id, name) name,
#define ROOT_BITS(id, name) 1u << ROOT_##id,
static const char *const root_choices[] = {ROOT_CLASSES(ROOT_WORD) "all", "none", NULL};
static const unsigned root_bits[] = {ROOT_CLASSES(ROOT_BITS) ROOTS_ALL, 0};

static const struct word_set kinds = {kind_choices, kind_bits};
static const struct word_set root_classes = {root_choices, root_bits};

/* The place of the first n characters of `at` among the words; -1 if they are not a word. */
static int word_index(const char *const *words, const char *at, size_t n) {
  for (int i = 0; words[i]; i++)
    if (strlen(words[i]) == n && !strncmp(words[i], at, n))
      return i;
  return -1;
}

static struct error *unknown_word(const struct option_spec *spec, const char *at, size_t n,
                                  const char *const *words) {
  _cleanup_strbuf_ struct strbuf list = STRBUF_INIT;
  for (size_t i = 0; words[i]; i++)
    strbuf_appendf(&list, "%s%s", !i ? "" : words[i + 1] ? ", " : " or ", words[i]);
  return strbuf_failed(&list)
             ? &error_no_memory
             : error_create(ERROR_BAD_INPUT, "--%s: '%.*s' is unknown; write %s, joined by commas",
                            spec->name, (int)n, at, list.data);
}

static struct error *parse_set(const struct option_spec *spec, const char *argument,
                               const struct word_set *known, unsigned *ret) {
  unsigned set = 0;
  for (const char *at = argument; *at;) {
    size_t n = strcspn(at, ",");
    int i = word_index(known->words, at, n);
    if (i < 0)
      return unknown_word(spec, at, n, known->words);
    set |= known->bits[i];
    at += n + (at[n] == ',');
  }
  *ret = set;
  return NULL;
}

/* Indirect leaks are lost with the definite ones: --fail-on=definite counts them, too. */
static struct error *parse_fail_on(const struct option_spec *spec, const char *argument) {
  struct error *err = parse_set(spec, argument, &kinds, &fail_on);
  if (!err && fail_on & 1u << LEAK_DEFINITE)
    fail_on |= 1u << LEAK_INDIRECT;
  return err;
}

static struct error *parse_show(const struct option_spec *spec, const char *argument) {
  return parse_set(spec, argument, &kinds, &show);
}

static struct error *parse_roots(const struct option_spec *spec, const char *argument) {
  roots_given = true;
  return parse_set(spec, argument, &root_classes, &roots);
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
             "none, joined by commas (default definite)",
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
     .help = "Tell for each stack and kind how one of its blocks is reached, or what lost it; of a "
             "definitely lost one what it points to",
     .kind = OPTION_FLAG,
     .value = &why},
    {.name = "contents",
     .help = "Show for each stack and kind the first bytes of its largest block",
     .kind = OPTION_FLAG,
     .value = &contents},
    {.name = "all-frames",
     .help = "Print every frame; by default the start of the program or thread, and long runs of a "
             "standard library's frames, are one line each",
     .kind = OPTION_FLAG,
     .value = &all_frames},
    {.name = "max-leaks",
     .argument = "N",
     .help = "List at most N stacks of a process, 0 for all (default 100)",
     .kind = OPTION_INTEGER,
     .value = &max_leaks},
    {.name = "min-bytes",
     .argument = "SIZE",
     .help = "Leave out stacks that lost less, together with what they lost indirectly",
     .kind = OPTION_SIZE,
     .value = &min_bytes},
    {.name = "gen-suppressions",
     .help = "Print an entry for a file of suppressions below each leak",
     .kind = OPTION_FLAG,
     .value = &gen_suppressions},
    {.name = "json",
     .help =
         "Write JSON (docs/json.md), to standard output; the program's own then goes to standard "
         "error, unless --log names a file",
     .kind = OPTION_FLAG,
     .value = &json},
    {.name = "log",
     .argument = "FILE",
     .help = "Write the report to FILE",
     .kind = OPTION_STRING,
     .value = &log_file},
    {.name = "output",
     .short_name = 'o',
     .argument = "FILE",
     .help = "Write a pprof profile of the program's blocks by kind to FILE: sample types "
             "definite_space, definite_objects, indirect_space and so on",
     .kind = OPTION_STRING,
     .value = &output},
    {0},
};
const struct option_group leaks_report_options = {"Report", report_specs};

static bool is_name(const char *name, size_t n, const char *wanted) {
  return strlen(wanted) == n && !strncmp(name, wanted, n);
}

static void apply_lsan_roots(struct leaks_settings *settings, const char *name, size_t n, bool on) {
  unsigned *set = &settings->check.reach.roots;
  int class = n > 4 && !strncmp(name, "use_", 4) ? word_index(root_choices, name + 4, n - 4) : -1;
  if (roots_given || class < 0 || class >= N_ROOT_CLASSES)
    return;
  *set = on ? *set | 1u << class : *set & ~(1u << class);
}

static struct error *apply_lsan_suppressions(struct leaks_settings *settings, const char *value,
                                             size_t length) {
  static char path[4096]; /* the suppressions point to the name until the process ends */
  if (length >= sizeof(path))
    return error_create(ERROR_BAD_INPUT, "LSAN_OPTIONS: the path of suppressions is too long");
  memcpy(path, value, length);
  path[length] = '\0';
  return suppressions_read(&settings->suppressions, path);
}

/* One "name=value" of LSAN_OPTIONS; others of its names mean nothing here. */
static struct error *apply_lsan_option(struct leaks_settings *settings, const char *name, size_t n,
                                       const char *value, size_t length) {
  bool on = length && (*value == '1' || *value == 't' || *value == 'y');
  bool off = length && (*value == '0' || *value == 'f' || *value == 'n');
  apply_lsan_roots(settings, name, n, on);
  if (is_name(name, n, "use_unaligned"))
    settings->check.reach.unaligned |= on;
  if (is_name(name, n, "leak_check_at_exit"))
    settings->no_check_at_exit = off;
  if (is_name(name, n, "detect_leaks"))
    settings->no_check = off;
  if (is_name(name, n, "exitcode") && error_exitcode == EXIT_LEAKS)
    settings->error_exitcode = atoi(value) & 255;
  if (is_name(name, n, "suppressions") && length)
    return apply_lsan_suppressions(settings, value, length);
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
      .all_frames = all_frames,
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

struct error *leaks_settings_check(const struct leaks_settings *settings) {
  struct error *err = output_check(settings->log, OUTPUT_IN_PLACE);
  if (!err)
    err = output_check(settings->profile, OUTPUT_REPLACED);
  if (!err && settings->profile)
    err = output_check_binary(settings->profile);
  return err ? err : finding_outputs_check();
}

bool leaks_settings_take_stdout(const struct leaks_settings *settings) {
  bool report = settings->log ? output_is_stdout(settings->log) : settings->json;
  return report || output_is_stdout(settings->profile) || finding_outputs_take_stdout();
}

void leaks_settings_page(struct leaks_settings *settings) {
  settings->paged = true;
  settings->check.why = KINDS_ALL;
}

unsigned leaks_kinds_named(const struct leaks_settings *settings) {
  return settings->profile || settings->paged ? ~0u : settings->show | settings->fail_on;
}
