#include "report/history.h"

#include "base/cleanup.h"
#include "base/vector.h"
#include "cli/input/profile_files.h"
#include "cli/input/report_options.h"
#include "cli/line/command.h"
#include "cli/line/exit_codes.h"
#include "cli/line/message.h"
#include "load/load.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static const char *at;

struct history {
  struct history_entry *data; /* by time */
  size_t count, capacity;
};

static void history_deinit(struct history *history) {
  for (size_t i = 0; i < history->count; i++)
    history_entry_deinit(&history->data[i]);
  VECTOR_DEINIT(history);
}

/* The name as a user would type it here. */
static char *path_within(const char *folder, const char *name) {
  char *path;
  bool here = !strcmp(folder, ".");
  const char *slash = here || folder[strlen(folder) - 1] == '/' ? "" : "/";
  return asprintf(&path, "%s%s%s", here ? "" : folder, slash, name) < 0 ? NULL : path;
}

/* A file that is no profile is said and left out. */
static struct error *add_file(struct history *history, const char *folder, const char *name) {
  _cleanup_profile_ struct profile *profile = NULL;
  _cleanup_free_ char *path = path_within(folder, name);
  struct history_entry entry;
  struct error *err = path ? load_file(path, false, &profile) : &error_no_memory;
  if (!err)
    err = history_entry_init(&entry, profile, path);
  if (!err && !VECTOR_PUSH(history, entry)) {
    history_entry_deinit(&entry);
    err = &error_no_memory;
  }
  if (!err || err == &error_no_memory)
    return err;
  message("%s; it is left out", err->message);
  error_destroy(err);
  return NULL;
}

static struct error *no_profile(const char *folder) {
  return error_create(ERROR_BAD_INPUT,
                      "there is no profile (*.pb.gz) in %s; `memprof run --every 60s` makes a "
                      "series of them",
                      strcmp(folder, ".") ? folder : "this folder");
}

static struct error *read_history(struct history *history, const char *folder) {
  _cleanup_profile_files_ struct profile_files files = {0};
  struct error *err = profile_files_read(folder, &files);
  for (size_t i = 0; i < files.count && !err; i++)
    err = add_file(history, folder, files.data[i].name);
  if (!err)
    history_sort(history->data, history->count);
  return err;
}

/* Reads `text` by the first of some forms that fits; without a day it is one on the day of *tm. */
static bool parse_moment(const char *text, struct tm *tm, bool *has_day) {
  static const char *const forms[] = {
      "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y%m%d-%H%M%S",
      "%H:%M:%S",          "%H:%M"};
  for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
    struct tm parsed = *tm;
    parsed.tm_sec = 0;
    const char *end = strptime(text, forms[i], &parsed);
    if (!end || *end)
      continue;
    *tm = parsed;
    *has_day = forms[i][1] == 'Y';
    return true;
  }
  return false;
}

/* A time without a day is the last such time up to the newest profile. */
static struct error *read_moment(const struct history *history, int64_t *ret) {
  time_t newest = (time_t)(history->data[history->count - 1].nanos / 1000000000);
  struct tm tm;
  bool has_day;
  if (!localtime_r(&newest, &tm) || !parse_moment(at, &tm, &has_day))
    return error_create(ERROR_BAD_INPUT,
                        "option '--at': '%s' is not a time; write 03:00 or '2026-11-28 03:00'", at);
  tm.tm_isdst = -1;
  struct tm same = tm;
  time_t moment = mktime(&same);
  if (!has_day && moment > newest) {
    tm.tm_mday--;
    moment = mktime(&tm);
  }
  *ret = (int64_t)moment * 1000000000;
  return NULL;
}

/* Whether this is the first profile of its process that was taken at that moment or later. */
static bool covers(const struct history_entry *entry, int64_t moment) {
  return entry->start_nanos <= moment && entry->nanos >= moment &&
         !(entry->before && entry->before->nanos >= moment);
}

static void format_time(int64_t nanos, char ret[static 64]) {
  time_t seconds = (time_t)(nanos / 1000000000);
  struct tm tm;
  if (!localtime_r(&seconds, &tm) || !strftime(ret, 64, "%F %T", &tm))
    strcpy(ret, "?");
}

static struct error *nothing_covers(const struct history *history, int64_t moment) {
  char wanted[64], first[64], last[64];
  int64_t start = history->data[0].start_nanos;
  for (size_t i = 1; i < history->count; i++)
    if (history->data[i].start_nanos < start)
      start = history->data[i].start_nanos;
  format_time(moment, wanted);
  format_time(start, first);
  format_time(history->data[history->count - 1].nanos, last);
  return error_create(ERROR_BAD_INPUT,
                      "no profile covers %s: those here are of %s to %s, local time", wanted, first,
                      last);
}

static void tell_covering(const struct history_entry *entry) {
  char from[64], to[64];
  const struct history_entry *before = entry->before;
  format_time(before ? before->nanos : entry->start_nanos, from);
  format_time(entry->nanos, to);
  if (before)
    message("%s covers %s to %s; what grew then: memprof diff --live %s %s", entry->file, from, to,
            before->file, entry->file);
  else
    message("%s covers %s, the program's start, to %s", entry->file, from, to);
}

/* The entries to be shown: those that cover the moment of --at, one a process, or all. */
static struct error *choose_entries(const struct history *history,
                                    const struct history_entry **chosen, size_t *n) {
  int64_t moment = 0;
  *n = 0;
  struct error *err = at ? read_moment(history, &moment) : NULL;
  for (size_t i = 0; i < history->count && !err; i++)
    if (!at || covers(&history->data[i], moment))
      chosen[(*n)++] = &history->data[i];
  return !err && !*n ? nothing_covers(history, moment) : err;
}

static struct error *show_history(const char *folder) {
  _cleanup_(history_deinit) struct history history = {0};
  _cleanup_free_ const struct history_entry **chosen = NULL;
  struct report_options style;
  report_options_style(0, &style);
  struct running_options options = {{style.columns, style.colour}, style.unit, style.json};
  size_t n = 0;
  struct error *err = read_history(&history, folder);
  if (!err && !history.data)
    return no_profile(folder);
  if (!err && !(chosen = calloc(history.count, sizeof(*chosen))))
    err = &error_no_memory;
  if (!err)
    err = choose_entries(&history, chosen, &n);
  if (err || !at || options.json)
    return err ? err : report_history(folder, chosen, n, &options, stdout);
  for (size_t i = 0; i < n; i++) {
    printf("%s\n", chosen[i]->file);
    tell_covering(chosen[i]);
  }
  return NULL;
}

static int history_run(int n_operands, char **operands) {
  struct error *err = show_history(n_operands ? operands[0] : ".");
  return err ? command_error(err) : EXIT_OK;
}

static const struct option_spec specs[] = {
    {.name = "at",
     .argument = "TIME",
     .help = "Print only the file that covers TIME, local time: 03:00, 03:00:30 or "
             "'2026-11-28 03:00'; without a day the last such time",
     .kind = OPTION_STRING,
     .value = &at},
    {0},
};
static const struct option_group history_options = {"Options", specs};

const struct command command_history = {
    .name = "history",
    .summary = "List the profiles of a folder by time, find a moment",
    .synopsis = "[OPTION...] [DIR]",
    .details =
        "Reads every profile (*.pb.gz) in DIR, without DIR in the current folder. A row a profile: "
        "when it was taken, what was live then, and by how much that had changed since the "
        "profile before of the same process; the peak so far; what was allocated so far, and "
        "meanwhile. Times are local.\n\n"
        "A series of profiles comes from `memprof run --every`. The profile of 03:00, and what was "
        "live then:\n\n"
        "  memprof run --every 60s --keep 1440 -o series/%n.%T.pb.gz ./server\n"
        "  memprof history series --at 03:00\n"
        "  memprof top --live $(memprof history series --at 03:00)",
    .groups = (const struct option_group *const[]){&history_options, &output_options, NULL},
    .min_operands = 0,
    .max_operands = 1,
    .operands = OPERANDS_FILES,
    .run = history_run,
};
