#include "symbol/symbolize.h"
#include "base/cleanup.h"
#include "base/strbuf.h"
#include "cli/line/command.h"
#include "cli/line/exit_codes.h"
#include "cli/line/message.h"
#include "pprof/read_file.h"
#include "pprof/write_file.h"

#include <stdio.h>
#include <string.h>

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

static struct error *symbolize(const char *input) {
  _cleanup_profile_ struct profile *profile = NULL;
  _cleanup_free_ char *dirs = NULL;
  struct error *err = join_debug_dirs(&dirs);
  if (!err)
    err = pprof_read_file(input, &profile);
  struct symbolize_options options = {
      .force = force, .no_cache = !cache, .debug_dirs = dirs, .warn = quiet ? NULL : warn};
  if (!err)
    err = symbolize_profile(profile, &options);
  return err ? err : pprof_write_file(profile, output ? output : input);
}

static int run(int n_operands, char **operands) {
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
     .help = "Do not say which files could not be used",
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
    .operands = OPERANDS_FILES,
    .run = run,
};
