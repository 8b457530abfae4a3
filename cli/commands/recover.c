#include "base/cleanup.h"
#include "cli/line/command.h"
#include "cli/line/exit_codes.h"
#include "cli/line/message.h"
#include "cli/line/option_rows.h"
#include "cli/session/collect.h"
#include "cli/session/session.h"
#include "cli/session/summary.h"
#include "common/settings.h"
#include "recording/recording.h"
#include "recording/writer.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const char *output;
static bool quiet, symbolize = true, at_exit;

static unsigned recovered, failures, live;

static const char *pattern(void) {
  const char *setting = getenv(SETTING_OUTPUT);
  return output ? output : setting && *setting ? setting : PROFILE_NAME_DEFAULT;
}

static struct error *recover_file(const char *path) {
  struct collect_options options = {.output = pattern(), .symbolize = symbolize};
  struct collected collected = {0};
  /* Only the name given by -o is taken as it is: other processes may write under the name in the
   * environment. */
  struct error *err =
      collect(path, &options, output && !recovered ? NAME_EXACT : NAME_FREE, &collected);
  if (err)
    return err;
  recovered++;
  if (!quiet && !at_exit)
    err = summary_print(collected.profile, collected.path, stderr);
  collected_deinit(&collected);
  return err;
}

static void recover_one(const char *path) {
  struct error *err = recover_file(path);
  if (!err)
    return;
  failures++;
  message("%s", err->message);
  error_destroy(err);
}

static bool is_live(const char *path) {
  _cleanup_recording_ struct recording *recording = NULL;
  _cleanup_error_ struct error *err = recording_open(path, &recording);
  return !err && recording_has_writer(recording);
}

/* The recordings in a folder whose processes have ended. */
static void recover_folder(const char *folder) {
  _cleanup_session_list_ struct session_list list = {0};
  error_destroy(session_read(folder, &list)); /* the list is then empty */
  for (size_t i = 0; i < list.count; i++) {
    if (is_live(list.data[i].path))
      live++;
    else
      recover_one(list.data[i].path);
  }
}

/* A root and the sessions in it. Only empty folders can be removed. */
static void recover_root(const char *root) {
  _cleanup_closedir_ DIR *dir = opendir(root);
  recover_folder(root);
  for (struct dirent *d; dir && (d = readdir(dir));) {
    char *folder;
    if (strncmp(d->d_name, "run.", 4) || asprintf(&folder, "%s/%s", root, d->d_name) < 0)
      continue;
    recover_folder(folder);
    rmdir(folder);
    free(folder);
  }
}

static struct error *recover_all(void) {
  char **roots = NULL;
  struct error *err = session_roots(&roots);
  for (size_t i = 0; roots && roots[i]; i++) {
    if (!err)
      recover_root(roots[i]);
    free(roots[i]);
  }
  free(roots);
  return err;
}

static void recover_path(const char *path) {
  struct stat st;
  if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
    recover_root(path);
  else
    recover_one(path);
}

static int run(int n_operands, char **operands) {
  struct error *err = n_operands ? NULL : recover_all();
  if (err)
    return command_error(err);
  for (int i = 0; i < n_operands; i++)
    recover_path(operands[i]);
  if (!quiet && !at_exit && !recovered && !failures)
    message("no recordings were left behind%s",
            live ? "; those of running processes are left alone" : "");
  return failures ? EXIT_USAGE : EXIT_OK;
}

static const struct option_spec options[] = {
    {.name = "output",
     .short_name = 'o',
     .argument = "FILE",
     .help = "Write the profile to FILE, with %p, %n and %t as in memprof run (default "
             "$MEMPROF_OUTPUT, else memprof.%n.%p.pb.gz)",
     .kind = OPTION_STRING,
     .value = &output},
    OPTION_ROW_QUIET(quiet),
    OPTION_ROW_SYMBOLIZE(symbolize),
    {.name = "at-exit",
     .help = "Called by a program at its end: its own recording is read though it still runs; says "
             "nothing",
     .kind = OPTION_FLAG,
     .value = &at_exit},
    {0},
};
static const struct option_group group = {"Options", options};

const struct command command_recover = {
    .name = "recover",
    .summary = "Turn recordings that were left behind into profiles",
    .synopsis = "[OPTION...] [FILE|FOLDER...]",
    .details = "A recording outlives its program, even one that was killed. `memprof run` reads "
               "it at once; where it was killed too, or the program was run with LD_PRELOAD alone "
               "and died, this command does. Without operands all of this user's recordings whose "
               "processes have ended are read. Each becomes a profile in the current folder and "
               "is then removed.",
    .groups = (const struct option_group *const[]){&group, NULL},
    .min_operands = 0,
    .max_operands = OPERANDS_ANY,
    .operands = OPERANDS_FILES,
    .run = run,
};
