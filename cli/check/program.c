#include "cli/check/program.h"

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "cli/input/profile_sum.h"
#include "cli/leaks/run.h"
#include "cli/leaks/verdict.h"
#include "cli/line/message.h"
#include "cli/session/launch.h"
#include "cli/session/notes.h"
#include "cli/session/session.h"
#include "leak/suppress.h"
#include "load/load.h"
#include "model/calibrate.h"
#include "model/join.h"
#include "model/sample_types.h"
#include "model/wrong_free.h"
#include "report/wrong_frees.h"
#include "symbol/own_operators.h"
#include "symbol/symbolize.h"

#include <string.h>

void checked_program_deinit(struct checked_program *program) {
  profile_destroy(program->profile);
  profile_destroy(program->wrong_frees);
  free(program->name);
  free(program->unchecked);
}

/* A run, as its processes end one by one: their recordings and leak profiles are added up at once,
 * so that thousands of short ones take no space. */
struct running {
  const char *folder;
  struct leaks_run *run;
  struct checked_program *program;
  struct profile_sum allocations, leaks, wrong_frees;
  unsigned n_processes;
};

static struct error *take_recording(struct running *running, const struct session_list *list,
                                    size_t i) {
  _cleanup_recording_ struct recording *recording = NULL;
  struct profile *profile;
  struct error *err = session_open(list, i, &recording);
  if (!err)
    err = load_read(recording, &profile);
  if (!err)
    err = profile_sum_add(&running->allocations, profile, NULL);
  session_unlink(list, i);
  return err;
}

/* Images that the process executed before count as well; pid 0 takes all processes'. */
static struct error *take_recordings(struct running *running, pid_t pid) {
  _cleanup_session_list_ struct session_list list = SESSION_LIST_INIT;
  struct error *err = session_read(running->folder, &list);
  for (size_t i = 0; i < list.count && !err; i++)
    if (!pid || list.data[i].pid == pid)
      err = take_recording(running, &list, i);
  return err;
}

static struct error *tell_wrong_frees(struct running *running, struct leak_process *process) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  struct error *err = symbolize_profile(process->wrong_frees, NULL);
  wrong_free_keep_sure(&process->wrong_frees, module_has_no_operators);
  if (err || !process->wrong_frees)
    return err;
  wrong_frees_append(&sb, process->wrong_frees);
  if (strbuf_failed(&sb))
    return &error_no_memory;
  message("process %d called free or realloc wrongly", process->pid);
  fputs(sb.data, stderr);
  err = profile_sum_add(&running->wrong_frees, process->wrong_frees, NULL);
  process->wrong_frees = NULL;
  return err;
}

static struct error *take_unchecked(struct running *running, const struct leak_process *process) {
  const char *reason = process->reason ? process->reason : "no reason is known";
  message("process %d%s%s could not be checked for leaks: %s", process->pid,
          process->command ? ", " : "", process->command ? process->command : "", reason);
  if (process->pid != running->run->main) {
    running->program->n_unchecked++;
    return NULL;
  }
  free(running->program->unchecked);
  running->program->unchecked = strdup(reason);
  return running->program->unchecked ? NULL : &error_no_memory;
}

static struct error *take_process(struct running *running, struct leak_process *process) {
  struct error *err = process->wrong_frees ? tell_wrong_frees(running, process) : NULL;
  running->n_processes++;
  if (err)
    return err;
  if (!process->profile)
    return take_unchecked(running, process);
  if (process->suppressions)
    err = suppressions_parse(&running->run->settings->suppressions, process->suppressions,
                             strlen(process->suppressions), "__lsan_default_suppressions");
  if (!err) {
    err = profile_sum_add(&running->leaks, process->profile, NULL);
    process->profile = NULL;
  }
  return err;
}

static struct error *at_ended(void *context, pid_t pid) {
  struct running *running = context;
  struct leaks_run *run = running->run;
  struct error *err = take_recordings(running, pid);
  for (size_t i = 0; i < run->processes.count; i++) {
    if (!err)
      err = take_process(running, &run->processes.data[i]);
    leak_process_deinit(&run->processes.data[i]);
  }
  run->processes.count = 0;
  return err;
}

/* The sum is symbolized, not each process: each function is looked up once. */
static struct error *finish_leaks(struct running *running, struct profile **ret) {
  struct error *err = profile_sum_take(&running->leaks, ret);
  if (!err && *ret)
    err = symbolize_profile(*ret, NULL);
  return err || !*ret ? err : suppressions_apply(&running->run->settings->suppressions, *ret);
}

static struct error *finish_allocations(struct running *running, struct profile **ret) {
  struct error *err = profile_sum_take(&running->allocations, ret);
  if (err || !*ret)
    return err;
  /* The recordings were read before their processes had quite ended. */
  err = sample_type_set_default(*ret, SAMPLE_ALLOC_SPACE);
  return err ? err : load_finish(*ret, true);
}

static struct error *check_program_finish(struct running *running) {
  _cleanup_profile_ struct profile *allocations = NULL, *leaks = NULL;
  struct error *err = take_recordings(running, 0);
  if (!err)
    err = profile_sum_take(&running->wrong_frees, &running->program->wrong_frees);
  if (!err)
    err = finish_allocations(running, &allocations);
  if (!err)
    err = finish_leaks(running, &leaks);
  if (!err && allocations && leaks)
    err = profile_join(allocations, leaks, &running->program->profile);
  else if (!err)
    running->program->profile = no_cleanup_ptr(allocations);
  if (!err && running->program->profile)
    err = calibrate_profile(running->program->profile);
  return err;
}

static struct error *run_in(struct running *running, char **argv) {
  struct leaks_run *run = running->run;
  struct error *err = leaks_run(run, running->folder, argv);
  running->program->status = run->status;
  running->program->pid = run->main;
  if (!err)
    err = at_ended(running, 0); /* what ended without a stop, or asked for its check */
  if (!err)
    err = check_program_finish(running);
  running->program->turned_off = run->turned_off;
  if (run->turned_off)
    leaks_tell_turned_off(run->settings);
  profile_sum_deinit(&running->allocations);
  profile_sum_deinit(&running->leaks);
  profile_sum_deinit(&running->wrong_frees);
  return err;
}

static char *name_of(const char *program, unsigned n_processes) {
  char *name = NULL;
  if (n_processes < 2)
    return strdup(program);
  return asprintf(&name, "%s (%u processes)", program, n_processes) < 0 ? NULL : name;
}

static struct error *run_program(struct leaks_settings *settings, char **argv,
                                 struct checked_program *program, int *failed) {
  _cleanup_free_ char *folder = NULL;
  struct leaks_run run = {.settings = settings, .ended = at_ended};
  struct error *err = session_create(&folder);
  if (err)
    return err;
  struct running running = {.folder = folder, .run = &run, .program = program};
  run.context = &running;
  err = run_in(&running, argv);
  if (err && run.status >= 0)
    *failed = run.status;
  leaks_run_deinit(&run);
  notes_report(folder, program->pid, false);
  session_remove(folder);
  if (!err)
    program->name = name_of(argv[0], running.n_processes);
  return err || program->name ? err : &error_no_memory;
}

struct error *check_program(char **argv, struct checked_program *ret, int *failed) {
  struct checked_program program = {0};
  struct leaks_settings settings;
  struct error *err = launch_check(argv[0], failed);
  if (!err)
    err = leaks_settings_read(&settings);
  if (err)
    return err;
  err = run_program(&settings, argv, &program, failed);
  struct error *closing = leaks_settings_deinit(&settings);
  if (!err)
    err = closing;
  else
    error_destroy(closing);
  if (err)
    checked_program_deinit(&program);
  else
    *ret = program;
  return err;
}
