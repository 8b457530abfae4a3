#include "symbol/symbolize.h"
#include "base/cleanup.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "cli/line/command.h"
#include "cli/line/exit_codes.h"
#include "cli/line/message.h"
#include "cli/line/output.h"
#include "pprof/read_file.h"
#include "pprof/write_file.h"

#include <stdio.h>
#include <string.h>

enum { MOST_BINARIES = 5 };

static const char *output;
static struct option_list debug_dirs;
static bool force, cache = true, quiet;

static void warn(const char *text, void *context) {
  (void)context;
  message("%s", text);
}

/* The directories given, or NULL for the default; *ret to be freed. */
static struct error *join_debug_dirs(char **ret) {
  struct strbuf sb = STRBUF_INIT;
  for (size_t i = 0; i < debug_dirs.count; i++)
    strbuf_appendf(&sb, "%s%s", i ? ":" : "", debug_dirs.data[i]);
  if (strbuf_failed(&sb)) {
    strbuf_deinit(&sb);
    return &error_no_memory;
  }
  *ret = debug_dirs.count ? strbuf_steal(&sb) : NULL;
  return NULL;
}

/* The locations of a profile by binary; the last count is that of code in no mapping. */
struct census {
  const struct profile *profile;
  bool *had_name;                /* by location */
  size_t n_named, n_unnamed;     /* of those that were looked up */
  size_t *named_in, *unnamed_in; /* by mapping */
};

static void census_deinit(struct census *census) {
  free(census->had_name);
  free(census->named_in);
  free(census->unnamed_in);
}

static struct error *census_begin(struct census *census, const struct profile *profile) {
  census->profile = profile;
  census->had_name = calloc(profile->n_locations + 1, sizeof(*census->had_name));
  census->named_in = calloc(profile->n_mappings + 1, sizeof(*census->named_in));
  census->unnamed_in = calloc(profile->n_mappings + 1, sizeof(*census->unnamed_in));
  if (!census->had_name || !census->named_in || !census->unnamed_in)
    return &error_no_memory;
  for (size_t i = 0; i < profile->n_locations; i++)
    census->had_name[i] = symbolize_has_name(profile, &profile->locations[i]);
  return NULL;
}

static void census_end(struct census *census) {
  const struct profile *profile = census->profile;
  for (size_t i = 0; i < profile->n_locations; i++) {
    const struct profile_location *location = &profile->locations[i];
    size_t mapping = location->mapping == PROFILE_NONE ? profile->n_mappings : location->mapping;
    if (census->had_name[i] && !force)
      continue;
    bool named = symbolize_has_name(profile, location);
    *(named ? &census->n_named : &census->n_unnamed) += 1;
    (named ? census->named_in : census->unnamed_in)[mapping]++;
  }
}

/* The largest of the counts, which is set to 0. */
static size_t take_largest(size_t *counts, size_t n, size_t *ret) {
  size_t best = 0;
  for (size_t i = 1; i < n; i++)
    if (counts[i] > counts[best])
      best = i;
  *ret = counts[best];
  counts[best] = 0;
  return best;
}

/* "8 in libc.so.6, 2 in two", those with most first. */
static void append_binaries(struct strbuf *sb, const struct profile *profile, size_t *counts) {
  size_t n = profile->n_mappings + 1, count, left = 0;
  for (int rank = 0; rank < MOST_BINARIES; rank++) {
    size_t i = take_largest(counts, n, &count);
    if (!count)
      return;
    const char *file = i == profile->n_mappings ? "" : path_base_name(profile->mappings[i].file);
    strbuf_appendf(sb, "%s%zu in %s", rank ? ", " : "", count, *file ? file : "no known file");
  }
  for (size_t i = 0; i < n; i++)
    left += counts[i];
  if (left)
    strbuf_appendf(sb, ", %zu elsewhere", left);
}

static void census_tell(struct census *census) {
  _cleanup_strbuf_ struct strbuf named = STRBUF_INIT, unnamed = STRBUF_INIT;
  size_t all = census->n_named + census->n_unnamed;
  append_binaries(&named, census->profile, census->named_in);
  append_binaries(&unnamed, census->profile, census->unnamed_in);
  if (strbuf_failed(&named) || strbuf_failed(&unnamed))
    return;
  if (!all)
    message("all %zu locations have names already; --force looks them up again",
            census->profile->n_locations);
  else
    message("named %zu of %zu locations%s%s%s", census->n_named, all,
            force ? "" : " that had no name", named.length ? ": " : "",
            named.length ? named.data : "");
  if (census->n_unnamed)
    message("%zu stay%s without a name: %s; `memprof doctor` says for a binary what would help",
            census->n_unnamed, census->n_unnamed == 1 ? "s" : "", unnamed.data);
}

static struct error *symbolize(const char *input) {
  _cleanup_(census_deinit) struct census census = {0};
  _cleanup_profile_ struct profile *profile = NULL;
  _cleanup_free_ char *dirs = NULL;
  struct error *err = join_debug_dirs(&dirs);
  if (!err)
    err = output_check_binary(output ? output : input);
  if (!err)
    err = pprof_read_file(input, &profile);
  struct symbolize_options options = {
      .force = force, .no_cache = !cache, .debug_dirs = dirs, .warn = quiet ? NULL : warn};
  if (!err)
    err = census_begin(&census, profile);
  if (!err)
    err = symbolize_profile(profile, &options);
  if (!err)
    err = pprof_write_file(profile, output ? output : input);
  if (err)
    return err;
  census_end(&census);
  if (!quiet)
    census_tell(&census);
  return NULL;
}

static int symbolize_run(int n_operands, char **operands) {
  (void)n_operands;
  struct error *err = symbolize(operands[0]);
  return err ? command_error(err) : EXIT_OK;
}

static const struct option_spec options[] = {
    {.name = "output",
     .short_name = 'o',
     .argument = "FILE",
     .help = "Write the profile to FILE instead of over the one read; - is standard output",
     .kind = OPTION_STRING,
     .value = &output},
    {.name = "force",
     .short_name = 'f',
     .help = "Look up again what has names already",
     .kind = OPTION_FLAG,
     .value = &force},
    {.name = "debug-dir",
     .argument = "DIR",
     .help = "Look for debug files in DIR (may be given again; default /usr/lib/debug)",
     .kind = OPTION_LIST,
     .value = &debug_dirs},
    {.name = "cache",
     .help = "Neither use nor fill the symbol cache in ~/.cache/memprof",
     .kind = OPTION_FLAG,
     .value = &cache,
     .on_by_default = true},
    {.name = "quiet",
     .short_name = 'q',
     .help = "Say neither what was named nor which files could not be used",
     .kind = OPTION_FLAG,
     .value = &quiet},
    {0},
};
static const struct option_group group = {"Options", options};
static const struct option_group *const groups[] = {&group, NULL};

const struct command command_symbolize = {
    .name = "symbolize",
    .summary = "Put functions, files and lines into a profile",
    .synopsis = "[OPTION...] FILE",
    .example = "symbolize memprof.shop.4711.pb.gz",
    .details =
        "Looks up the code addresses in FILE that have no names yet and writes the profile back, "
        "or to the file given with -o. FILE may come from another machine, as long as the "
        "programs and libraries in it are here, at the same paths or by build-id.\n\n"
        "Names come from the binaries, from their separate debug files (.gnu_debuglink, "
        "/usr/lib/debug/.build-id) and from debuginfod servers if DEBUGINFOD_URLS is set. A file "
        "whose build-id is not the profile's is never used. Code that has no name is called "
        "libfoo+0x1234.\n\n"
        "Answers are kept in $XDG_CACHE_HOME/memprof (~/.cache/memprof), at most 64 MiB; "
        "MEMPROF_NO_CACHE=1 or --no-cache does without.",
    .groups = groups,
    .min_operands = 1,
    .max_operands = 1,
    .operands = OPERANDS_PROFILES,
    .run = symbolize_run,
};
