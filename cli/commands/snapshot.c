#include "base/cleanup.h"
#include "base/strbuf.h"
#include "cli/line/command.h"
#include "cli/line/exit_codes.h"
#include "cli/line/message.h"
#include "cli/line/option_rows.h"
#include "cli/line/output.h"
#include "cli/session/profile_name.h"
#include "cli/session/resident_looks.h"
#include "cli/session/running.h"
#include "load/load.h"
#include "model/totals.h"
#include "model/unit.h"
#include "pprof/write_file.h"
#include "recording/delta.h"

#include <string.h>
#include <time.h>

static const char *output;
static bool quiet, symbolize = true;
static int64_t delta_ms;

static struct error *take_delta(pid_t pid, struct recording **recording, struct profile **ret) {
  _cleanup_profile_ struct profile *earlier = NULL, *later = NULL;
  _cleanup_recording_ struct recording *first = NULL;
  struct error *err = load_process(pid, &first, &earlier);
  if (err)
    return err;
  running_wait_ms(delta_ms);
  err = load_process(pid, recording, &later);
  if (!err && (*recording)->header.start_monotonic != first->header.start_monotonic)
    err = error_create(ERROR_BAD_INPUT, "process %d executed another program meanwhile; try again",
                       pid);
  return err ? err : recording_profile_subtract(earlier, later, ret);
}

static struct error *choose_name(const struct recording *recording, char **ret) {
  if (!output)
    return profile_name_take(SNAPSHOT_NAME_DEFAULT, recording, (uint64_t)time(NULL), ret);
  if (!strchr(output, '%')) {
    *ret = strdup(output);
    return *ret ? NULL : &error_no_memory;
  }
  return profile_name_take(output, recording, (uint64_t)time(NULL), ret);
}

static void tell(const struct profile *profile, const char *path) {
  _cleanup_strbuf_ struct strbuf size = STRBUF_INIT;
  enum sample_type type = delta_ms ? SAMPLE_ALLOC_SPACE : SAMPLE_INUSE_SPACE;
  unit_format(&size, (double)profile_type_sum(profile, type), "bytes", NULL);
  if (!quiet && strcmp(path, "-") && !strbuf_failed(&size))
    message("%s %s; the profile is in %s; look into it with: memprof top %s",
            delta_ms ? "allocated meanwhile" : "live now", size.data, path, path);
}

static struct error *write_profile(struct profile *profile, const struct recording *recording) {
  _cleanup_free_ char *name = NULL;
  struct error *err = load_finish(profile, symbolize);
  if (!err)
    err = choose_name(recording, &name);
  if (err)
    return err;
  err = pprof_write_file(profile, name);
  if (!err)
    tell(profile, name);
  else if (!output || strchr(output, '%'))
    unlink(name); /* the empty file that took the name */
  return err;
}

/* The process is alive: where its memory is can be seen now. */
static struct error *add_resident(struct profile *profile, const struct recording *recording) {
  struct resident_look look;
  return recording_look_at_resident(recording, &look)
             ? resident_look_comment(recording, &look, profile)
             : NULL;
}

static int run(int n_operands, char **operands) {
  (void)n_operands;
  _cleanup_recording_ struct recording *recording = NULL;
  _cleanup_profile_ struct profile *profile = NULL;
  pid_t pid;
  struct error *err = running_choose(operands[0], &pid);
  if (!err && output)
    err = output_check_binary(output);
  if (!err)
    err = (delta_ms ? take_delta : load_process)(pid, &recording, &profile);
  if (!err && !delta_ms)
    err = add_resident(profile, recording);
  if (!err)
    err = write_profile(profile, recording);
  return err ? command_error(err) : EXIT_OK;
}

static const struct option_spec specs[] = {
    {.name = "output",
     .short_name = 'o',
     .argument = "FILE",
     .help = "Write the profile to FILE, '-' is standard output; with %p (pid), %n (program), %t "
             "(now, in seconds) or %T (now, local time, as 20261128-030000) in it a file that is "
             "there is never overwritten (default memprof.%n.%p.%t.pb.gz)",
     .kind = OPTION_STRING,
     .value = &output},
    {.name = "delta",
     .argument = "TIME",
     .help = "Record what happens in the next TIME, as in 30s, and nothing before",
     .kind = OPTION_TIME,
     .value = &delta_ms},
    OPTION_ROW_QUIET(quiet),
    OPTION_ROW_SYMBOLIZE(symbolize),
    {0},
};
static const struct option_group group = {"Options", specs};

const struct command command_snapshot = {
    .name = "snapshot",
    .summary = "Write a profile of a running program",
    .synopsis = "[OPTION...] [PID]",
    .details =
        "PID is a process that is being recorded; `memprof ps` lists them. Without PID it is the "
        "only one. It is neither stopped "
        "nor signalled: the profile is read from the recording that it shares, and shows the "
        "program from its start to now. With --delta it shows what was allocated meanwhile, and "
        "by how much live memory grew: negative where more was freed.",
    .groups = (const struct option_group *const[]){&group, NULL},
    .min_operands = 0,
    .max_operands = 1,
    .operands = OPERANDS_PROCESSES,
    .run = run,
};
