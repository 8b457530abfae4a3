#include "cli/leaks/run.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "cli/line/message.h"
#include "cli/session/launch.h"
#include "cli/session/recording_options.h"
#include "cli/session/session.h"
#include "leak/judge.h"
#include "leak/process.h"
#include "leak/tracer.h"
#include "proc/process.h"

#include <signal.h>
#include <string.h>

/* A later check of the same image includes the findings of an earlier one: only the later one
 * counts. */
static void drop_earlier(struct leaks_run *run, const struct leak_process *later) {
  size_t n = 0;
  for (size_t i = 0; i < run->processes.count; i++) {
    struct leak_process *earlier = &run->processes.data[i];
    if (earlier->pid == later->pid && earlier->profile && later->profile &&
        !strcmp(earlier->command, later->command))
      leak_process_deinit(earlier);
    else
      run->processes.data[n++] = *earlier;
  }
  run->processes.count = n;
}

/* A signal that ends the program often reaches memprof twice: timeout(1) sends it to the command
 * and then to its group. So one that comes as a check begins ends that only if it takes longer. */
enum { GRACE_NS = 1000 * 1000 * 1000 };
static int64_t check_began;
static bool check_stopped; /* for good: the other processes of the tree are not read either */

static bool check_stops(void) {
  check_stopped |= launch_end_is_asked() && monotonic_ns() - check_began > GRACE_NS;
  return check_stopped;
}

static void check_begins(void) {
  launch_forget_ends();
  check_began = monotonic_ns();
}

static struct error *run_check(struct leaks_run *run, const struct stopped_process *process) {
  struct leak_process checked;
  enum leak_skip skipped;
  struct leaks_options options = run->settings->check;
  options.stop = check_stops;
  check_begins();
  struct error *err = leak_process_check(process, &options, &checked, &skipped);
  if (!err && skipped == SKIP_REQUESTED && process->pid == run->main)
    run->turned_off = true;
  if (err || skipped)
    return err;
  drop_earlier(run, &checked);
  if (VECTOR_PUSH(&run->processes, checked))
    return NULL;
  leak_process_deinit(&checked);
  return &error_no_memory;
}

static bool was_checked(const struct leaks_run *run, pid_t pid) {
  for (size_t i = 0; i < run->processes.count; i++)
    if (run->processes.data[i].pid == pid)
      return true;
  return false;
}

static struct error *at_ending(void *context, struct stopped_process *process) {
  struct leaks_run *run = context;
  bool off = run->settings->no_check || run->settings->no_check_at_exit;
  run->turned_off |= off && process->pid == run->main && !was_checked(run, process->pid);
  struct error *err = off ? NULL : run_check(run, process);
  return err || !run->ended ? err : run->ended(run->context, process->pid);
}

/* SIGTSTP and its like are ignored here, so that the program alone decides; SIGSTOP stops us with
 * it. */
static void at_stopped(void *context) {
  (void)context;
  raise(SIGSTOP);
}

/* The program asked for a check: it gets its answer at once. */
static struct error *at_checking(void *context, struct stopped_process *process, bool *found) {
  struct leaks_run *run = context;
  struct error *err = run->settings->no_check ? NULL : run_check(run, process);
  struct leak_process *checked =
      run->processes.count ? &run->processes.data[run->processes.count - 1] : NULL;
  if (err || !checked || checked->pid != process->pid || checked->named)
    return err;
  err = leak_process_judge(checked, leaks_kinds_named(run->settings), &run->settings->suppressions);
  for (int kind = 0; kind < N_LEAK_KINDS; kind++)
    *found |= run->settings->fail_on & 1u << kind && checked->total[kind].objects;
  return err;
}

static struct error *at_released(void *context, pid_t pid) {
  struct leaks_run *run = context;
  struct leak_process process = {.pid = pid,
                                 .released = true,
                                 .command = process_command(pid),
                                 .reason = strdup("another process traces it, and only one can")};
  if (process.command && process.reason && VECTOR_PUSH(&run->processes, process))
    return NULL;
  leak_process_deinit(&process);
  return &error_no_memory;
}

/* A process is released before it executes the program that is to be traced. Its last recording
 * says which program that was. */
static void name_released(struct leak_process *process, const struct session_list *list) {
  for (size_t i = list->count; i-- > 0;) {
    _cleanup_recording_ struct recording *recording = NULL;
    if (list->data[i].pid != process->pid)
      continue;
    struct error *err = session_open(list, i, &recording);
    char *command = err ? NULL : leak_process_command(recording);
    error_destroy(err);
    if (command) {
      free(process->command);
      process->command = command;
    }
    return;
  }
}

static void name_all_released(struct leaks_run *run, const char *folder) {
  _cleanup_session_list_ struct session_list list = SESSION_LIST_INIT;
  error_destroy(session_read(folder, &list));
  for (size_t i = 0; i < run->processes.count; i++)
    if (run->processes.data[i].released)
      name_released(&run->processes.data[i], &list);
}

static void at_ended(void *context, int status, size_t others) {
  struct leaks_run *run = context;
  run->status = launch_status(status);
  if (others)
    message("the program has ended; waiting for what it left running to be checked, too (interrupt "
            "to end that)");
}

struct error *leaks_run(struct leaks_run *run, const char *folder, char **argv) {
  static const struct tracer_events events = {at_ending, at_stopped, at_checking, at_released,
                                              at_ended};
  char **variables;
  run->status = -1;
  recording_options_for_leaks();
  struct error *err = recording_environment(folder, &variables);
  if (!err)
    err = launch_hooked(argv, variables, tracer_seize, &run->main, &run->status);
  if (err)
    return err;
  launch_watch_signals(run->main);
  if (run->started)
    run->started(run->context, run->main);
  err = tracer_run(run->main, &events, run);
  name_all_released(run, folder);
  return err;
}

struct error *leaks_run_attached(struct leaks_run *run, pid_t pid) {
  struct stopped_process process;
  int64_t since = monotonic_ns();
  struct error *err = leak_process_is_recorded(pid);
  if (!err)
    err = stopped_attach(pid, &process);
  if (err)
    return err;
  run->main = pid;
  err = run_check(run, &process);
  stopped_detach(&process);
  for (size_t i = 0; i < run->processes.count; i++)
    run->processes.data[i].paused_ns = monotonic_ns() - since;
  return err;
}

void leaks_run_deinit(struct leaks_run *run) {
  for (size_t i = 0; i < run->processes.count; i++)
    leak_process_deinit(&run->processes.data[i]);
  VECTOR_DEINIT(&run->processes);
}
