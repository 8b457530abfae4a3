#include "cli/session/recording_options.h"

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "base/vector.h"
#include "cli/session/shim_path.h"
#include "common/layout.h"
#include "common/settings.h"
#include "model/unit.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool exact, threads, free_stacks, histories, families, follow = true;
static uint64_t rate; /* 0: not given */
static bool for_leaks;
static double overhead; /* in percent; 0: not given */
static int64_t depth = DEFAULT_DEPTH;

static struct error *parse_overhead(const struct option_spec *spec, const char *argument) {
  if (!unit_parse_percent(argument, &overhead) || !(overhead >= 0.001 && overhead <= 100))
    return error_create(ERROR_BAD_INPUT,
                        "--%s=%s: expected a percentage of the CPU time from 0.001%% to 100%%",
                        spec->name, argument);
  return NULL;
}

static struct error *parse_rate(const struct option_spec *spec, const char *argument) {
  if (!unit_parse_size(argument, &rate))
    return error_create(ERROR_BAD_INPUT,
                        "option '--%s': '%s' is not a size; write 4096, 512KiB or 1.5MiB",
                        spec->name, argument);
  if (!rate)
    return error_create(ERROR_BAD_INPUT,
                        "--%s=%s: one allocation in each 0 bytes is no rate; --exact records every "
                        "allocation, --%s=512KiB one in 512 KiB",
                        spec->name, argument, spec->name);
  if (rate > 1ull << 36)
    return error_create(ERROR_BAD_INPUT, "--%s=%s: at most 64GiB", spec->name, argument);
  return NULL;
}

static const struct option_spec options[] = {
    {.name = "exact", .help = "Record every allocation", .kind = OPTION_FLAG, .value = &exact},
    {.name = "rate",
     .argument = "SIZE",
     .help = "Record one allocation in SIZE allocated bytes on average, as in 512KiB (512KB "
             "is the same), whatever that costs",
     .kind = OPTION_CALLBACK,
     .parse = parse_rate},
    {.name = "overhead",
     .argument = "PERCENT",
     .help = "Let recording take at most this part of the program's CPU time (default 1%)",
     .kind = OPTION_CALLBACK,
     .parse = parse_overhead},
    {.name = "depth",
     .argument = "N",
     .help = "Record at most N frames of a stack (default 128, at most 512)",
     .kind = OPTION_INTEGER,
     .value = &depth,
     .min = 1,
     .max = RECORDING_MAX_DEPTH},
    {.name = "threads",
     .help = "Keep threads apart: labels thread and thread_id",
     .kind = OPTION_FLAG,
     .value = &threads},
    {.name = "free-stacks",
     .help =
         "With --exact: record the stacks of frees, too, so that a double free tells of the first; "
         "`memprof leaks` does",
     .kind = OPTION_FLAG,
     .value = &free_stacks},
    {.name = "advise",
     .help = "Keep the histories of some objects of each site, for `memprof advise` and "
             "`memprof lifetimes`",
     .kind = OPTION_FLAG,
     .value = &histories},
    {.name = "follow",
     .help = "Do not profile the program's children",
     .kind = OPTION_FLAG,
     .value = &follow,
     .on_by_default = true},
    {0},
};
const struct option_group recording_options = {"Recording options", options};

void recording_options_for_leaks(void) {
  exact = free_stacks = families = for_leaks = true;
}

void recording_options_for_advice(void) {
  histories = true;
}

bool recording_options_want_advice(void) {
  return histories;
}

struct environment {
  char **data;
  size_t count, capacity;
};

static struct error *add_setting(struct environment *environment, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static struct error *add_setting(struct environment *environment, const char *format, ...) {
  va_list ap;
  char *entry;
  va_start(ap, format);
  int n = vasprintf(&entry, format, ap);
  va_end(ap);
  return n >= 0 && VECTOR_PUSH(environment, entry) ? NULL : &error_no_memory;
}

static struct error *add_rate(struct environment *environment) {
  if (for_leaks && (rate || overhead))
    return error_create(
        ERROR_BAD_INPUT,
        "--leaks records every allocation, so --%s cannot go with it: leave out one "
        "of the two",
        rate ? "rate" : "overhead");
  if ((exact && rate) || (overhead && (exact || rate)))
    return error_create(ERROR_BAD_INPUT,
                        "--exact, --rate and --overhead exclude each other; give one of them");
  if (exact || rate)
    return exact ? add_setting(environment, SETTING_RATE "=exact")
                 : add_setting(environment, SETTING_RATE "=%" PRIu64, rate);
  return overhead ? add_setting(environment, SETTING_OVERHEAD "=%.4f%%", overhead) : NULL;
}

/* Libraries that are already preloaded stay, after the shim: an allocator among them is its next
 * one. */
static struct error *add_preload(struct environment *environment, const char *folder) {
  _cleanup_free_ char *shim = NULL, *new = NULL;
  const char *others = getenv("LD_PRELOAD");
  struct error *err = shim_path(folder, SHIM, &shim);
  if (!err && families)
    err = shim_path(folder, SHIM_NEW, &new);
  if (err)
    return err;
  return add_setting(environment, "LD_PRELOAD=%s%s%s%s%s", shim, new ? ":" : "", new ? new : "",
                     others && *others ? ":" : "", others ? others : "");
}

struct error *recording_environment(const char *folder, char ***ret) {
  static struct environment environment; /* as long as the process, or until it is asked again */
  for (size_t i = 0; i < environment.count; i++)
    free(environment.data[i]);
  environment.count = 0;
  struct error *err = add_preload(&environment, folder);
  if (!err)
    err = add_setting(&environment, SETTING_DIR "=%s", folder);
  if (!err)
    err = add_setting(&environment, SETTING_SUPERVISOR "=%d", getpid());
  if (!err)
    err = add_rate(&environment);
  if (!err && depth != DEFAULT_DEPTH)
    err = add_setting(&environment, SETTING_DEPTH "=%" PRId64, depth);
  if (!err && threads)
    err = add_setting(&environment, SETTING_THREADS "=1");
  if (!err && free_stacks)
    err = exact ? add_setting(&environment, SETTING_FREE_STACKS "=1")
                : error_create(ERROR_BAD_INPUT, "--free-stacks goes with --exact");
  if (!err && histories)
    err = add_setting(&environment, SETTING_HISTORIES "=1");
  if (!err && !follow)
    err = add_setting(&environment, SETTING_FOLLOW "=0");
  if (!err && !VECTOR_PUSH(&environment, (char *)NULL))
    err = &error_no_memory;
  if (!err)
    *ret = environment.data;
  return err;
}
