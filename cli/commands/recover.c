#include "base/cleanup.h"
#include "base/path.h"
#include "cli/line/command.h"
#include "cli/line/exit_codes.h"
#include "cli/line/message.h"
#include "cli/line/option_rows.h"
#include "cli/session/collect.h"
#include "cli/session/left_behind.h"
#include "cli/session/summary.h"
#include "common/settings.h"
#include "proc/process.h"
#include "recording/writer.h"
#include "report/recordings.h"
#include "report/terminal.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static const char *output;
static bool quiet, symbolize = true, at_exit, all, json;

static unsigned recovered, failures, left_alone;

static const char *pattern(void) {
  const char *setting = getenv(SETTING_OUTPUT);
  return output ? output : setting && *setting ? setting : PROFILE_NAME_DEFAULT;
}

static struct error *recover_entry(const struct session_list *list, size_t i) {
  struct collect_options options = {.output = pattern(), .symbolize = symbolize};
  struct collected collected = {0};
  /* Only the name given by -o is taken as it is: other processes may write under the name in the
   * environment. */
  struct error *err =
      collect(list, i, &options, output && !recovered ? NAME_EXACT : NAME_FREE, &collected);
  if (err)
    return err;
  recovered++;
  if (!quiet && !at_exit)
    err = summary_print(collected.profile, collected.path, stderr);
  collected_deinit(&collected);
  return err;
}

/* The row of a listing. Its program goes to *program, which the caller owns. */
static struct recording_row recovered_row(const struct left_folder *folder, size_t i,
                                          char **program) {
  const struct session_entry *entry = &folder->list.data[i];
  _cleanup_recording_ struct recording *recording = NULL;
  struct error *err = session_open(&folder->list, i, &recording);
  struct recording_row row = {.path = entry->path,
                              .program = "",
                              .pid = entry->pid,
                              .state = folder->held ? RECORDING_HELD : RECORDING_LEFT};
  struct stat st;
  if (fstatat(folder->list.folder, path_base_name(entry->path), &st, AT_SYMLINK_NOFOLLOW) == 0)
    row.size = (uint64_t)st.st_blocks * 512;
  if (err) {
    error_destroy(err);
    row.state = RECORDING_BAD;
    return row;
  }
  *program = strdup(recording_program(recording));
  row.program = *program ? *program : "";
  row.pid = (pid_t)recording->header.pid;
  row.started = recording->header.start_realtime;
  if (recording_has_writer(recording))
    row.state = RECORDING_RUNNING;
  return row;
}

/* At its end a process asks for its own recording, which it still writes. */
static bool is_for_us(const struct left_folder *folder, size_t i) {
  char *program = NULL;
  enum recording_state state = at_exit ? RECORDING_LEFT : recovered_row(folder, i, &program).state;
  free(program);
  return state == RECORDING_LEFT || state == RECORDING_BAD;
}

static void recover_one(const struct left_folder *folder, size_t i) {
  if (!is_for_us(folder, i)) {
    left_alone++;
    return;
  }
  struct error *err = recover_entry(&folder->list, i);
  if (!err)
    return;
  failures++;
  message("%s", err->message);
  error_destroy(err);
}

/* Only an empty folder can be removed, and only a session's is. */
static void recover_folder(const struct left_folder *folder) {
  for (size_t i = 0; i < folder->list.count; i++)
    recover_one(folder, i);
  if (!folder->held && !strncmp(path_base_name(folder->path), "run.", 4))
    session_leave(folder->path);
}

static struct error *list_folders(const struct left_behind *left) {
  size_t n = 0, most = 0;
  for (size_t i = 0; i < left->count; i++)
    most += left->data[i].list.count;
  _cleanup_free_ struct recording_row *rows = calloc(most + 1, sizeof(*rows));
  _cleanup_free_ char **programs = calloc(most + 1, sizeof(*programs));
  if (!rows || !programs)
    return &error_no_memory;
  for (size_t i = 0; i < left->count; i++)
    for (size_t k = 0; k < left->data[i].list.count; k++, n++)
      rows[n] = recovered_row(&left->data[i], k, &programs[n]);
  struct error *err = NULL;
  if (!n && !json)
    message("no recordings were left behind");
  else
    err = report_recordings(
        rows, n, json,
        &(struct table_style){terminal_fits(stdout) ? terminal_columns(stdout) : 0,
                              terminal_colour(stdout)},
        stdout);
  for (size_t i = 0; i < n; i++)
    free(programs[i]);
  return err;
}

static void tell_left_alone(void) {
  if (left_alone)
    message("%u recording%s left alone: %s processes run, or a `memprof run` goes on that will "
            "collect %s",
            left_alone, left_alone == 1 ? " is" : "s are", left_alone == 1 ? "its" : "their",
            left_alone == 1 ? "it" : "them");
  else if (!recovered && !failures)
    message("no recordings were left behind");
}

static struct error *recover_names(int n, char **names) {
  if (all && n)
    return error_create(ERROR_BAD_INPUT, "recover: give recordings or --all, not both");
  if (!all && !n) {
    _cleanup_left_behind_ struct left_behind left = {0};
    struct error *err = left_behind_add_all(&left);
    return err ? err : list_folders(&left);
  }
  if (json)
    return error_create(ERROR_BAD_INPUT, "recover: --json goes with the listing, without operands");
  struct error *err = NULL;
  for (int i = 0; !err && i < n + all; i++) {
    _cleanup_left_behind_ struct left_behind left = {0};
    err = all ? left_behind_add_all(&left) : left_behind_add_named(&left, names[i]);
    for (size_t k = 0; !err && k < left.count; k++)
      recover_folder(&left.data[k]);
    if (!err || all)
      continue;
    failures++;
    command_error(err);
    err = NULL;
  }
  bool unexpected = n && left_alone;
  if (!err && !at_exit && (!quiet || unexpected))
    tell_left_alone();
  return err;
}

/* Where the user named what is left alone, nothing was done that was asked for. */
static int recover_run(int n_operands, char **operands) {
  struct error *err = at_exit ? NULL : process_check_proc();
  if (!err)
    err = recover_names(n_operands, operands);
  if (err)
    return command_error(err);
  return failures || (n_operands && left_alone && !recovered) ? EXIT_USAGE : EXIT_OK;
}

static const struct option_spec options[] = {
    {.name = "output",
     .short_name = 'o',
     .argument = "FILE",
     .help = "Write the profile to FILE, with %p, %n and %t as in memprof run (default "
             "$MEMPROF_OUTPUT, else memprof.%n.%p.pb.gz)",
     .kind = OPTION_STRING,
     .value = &output},
    {.name = "all",
     .help = "Take every recording of this user that was left behind",
     .kind = OPTION_FLAG,
     .value = &all},
    OPTION_ROW_QUIET(quiet),
    OPTION_ROW_SYMBOLIZE(symbolize),
    OPTION_ROW_JSON(json),
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
    .synopsis = "[OPTION...]\n[OPTION...] --all | FILE|FOLDER|NAME...",
    .details = "A recording outlives its program, even one that was killed. `memprof run` reads "
               "it at once; where it was killed too, or the program was run with LD_PRELOAD alone "
               "and died, this command does. Without operands it lists the recordings of this "
               "user and takes none. With --all, or where they are named by path or as they are "
               "listed, each becomes a profile in the current folder and is then removed. "
               "Recordings that a program still writes or that a `memprof run` which goes on will "
               "collect are left alone. Other users' recordings, and links, are never taken.",
    .groups = (const struct option_group *const[]){&group, NULL},
    .min_operands = 0,
    .max_operands = OPERANDS_ANY,
    .operands = OPERANDS_FILES,
    .run = recover_run,
};
