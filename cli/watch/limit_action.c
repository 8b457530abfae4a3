#include "cli/watch/limit_action.h"

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "base/vector.h"
#include "cli/line/message.h"
#include "cli/line/suggest.h"
#include "recording/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <strings.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static enum { ACTION_NONE, ACTION_SIGNAL, ACTION_EXEC, ACTION_STOP } action;
static int signal_number;
static const char *command;

static VECTOR(pid_t) running; /* commands */

static int signal_by_name(const char *name) {
  char *end;
  long number = strtol(name, &end, 10);
  if (end > name && !*end)
    return number > 0 && number <= SIGRTMAX ? (int)number : 0;
  if (!strncasecmp(name, "SIG", 3))
    name += 3;
  for (int i = 1; i <= SIGRTMAX; i++)
    if (sigabbrev_np(i) && !strcasecmp(name, sigabbrev_np(i)))
      return i;
  return 0;
}

static struct error *no_such_signal(const struct option_spec *spec, const char *argument) {
  struct suggestion suggestion = suggestion_init(argument + 7);
  for (int i = 1; i <= SIGRTMAX; i++)
    if (sigabbrev_np(i))
      suggestion_offer(&suggestion, sigabbrev_np(i));
  return error_create(
      ERROR_BAD_INPUT, "--%s=%s: there is no signal '%s'; write for example --%s=signal:%s",
      spec->name, argument, argument + 7, spec->name, suggestion.best ? suggestion.best : "TERM");
}

struct error *limit_action_parse(const struct option_spec *spec, const char *argument) {
  if (!strcmp(argument, "stop"))
    action = ACTION_STOP;
  else if (!strncmp(argument, "exec:", 5) && argument[5]) {
    action = ACTION_EXEC;
    command = argument + 5;
  } else if (!strncmp(argument, "signal:", 7) && argument[7]) {
    signal_number = signal_by_name(argument + 7);
    if (!signal_number)
      return no_such_signal(spec, argument);
    action = ACTION_SIGNAL;
  } else
    return error_create(ERROR_BAD_INPUT,
                        "--%s=%s: expected signal:NAME (as in signal:TERM), exec:COMMAND or stop",
                        spec->name, argument);
  return NULL;
}

bool limit_action_given(void) {
  return action != ACTION_NONE;
}

static struct process *action_find_process(const struct watch *watch, pid_t pid) {
  const struct process_list *list = watch_processes(watch);
  for (size_t i = list->count; i-- > 0;)
    if (list->data[i]->pid == pid && process_is_live(list->data[i]))
      return list->data[i];
  return NULL;
}

/* Sends by a pidfd. While that is open the recording is found live, so it is the right process; the
 * pid alone may be another's by now. */
static void action_send(const struct process *process, int number) {
  _cleanup_close_ int fd = (int)syscall(SYS_pidfd_open, process->pid, 0);
  if (fd < 0 || !recording_has_writer(process->open))
    return;
  if (syscall(SYS_pidfd_send_signal, fd, number, NULL, 0) < 0 && errno != ESRCH)
    message("--then: process %d: %s", process->pid, strerror(errno));
}

static void action_stop(struct watch *watch, const struct process *process) {
  /* memprof stops with its program, and passes on the signal that continues it. */
  pid_t whom = process->pid == watch_program(watch) ? getpid() : process->pid;
  message("process %d is stopped; to continue it: kill -CONT %d", process->pid, whom);
  action_send(process, SIGSTOP);
}

static char **environment_with(char *const extra[], size_t n) {
  size_t count = 0;
  while (environ[count])
    count++;
  char **all = calloc(count + n + 1, sizeof(*all));
  for (size_t i = 0; all && i < n; i++)
    all[i] = extra[i];
  for (size_t i = 0; all && i < count; i++)
    all[n + i] = environ[i];
  return all;
}

/* Standard output is the program's: the command's goes to standard error. */
static int action_spawn(char *const extra[], size_t n, pid_t *ret) {
  char *const argv[] = {"sh", "-c", (char *)command, NULL};
  _cleanup_free_ char **environment = environment_with(extra, n);
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawn_file_actions_init(&files);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  int error =
      environment ? posix_spawn(ret, "/bin/sh", &files, &attributes, argv, environment) : ENOMEM;
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return error;
}

static void action_execute(const struct snapshot *snapshot) {
  struct strbuf pid = STRBUF_INIT, profile = STRBUF_INIT, reason = STRBUF_INIT;
  strbuf_appendf(&pid, "MEMPROF_LIMIT_PID=%d", snapshot->pid);
  strbuf_appendf(&profile, "MEMPROF_LIMIT_PROFILE=%s", snapshot->path ? snapshot->path : "");
  strbuf_appendf(&reason, "MEMPROF_LIMIT_REASON=%s", snapshot->reason);
  char *const extra[] = {pid.data, profile.data, reason.data};
  bool failed = strbuf_failed(&pid) || strbuf_failed(&profile) || strbuf_failed(&reason);
  pid_t child;
  int error = failed ? ENOMEM : action_spawn(extra, 3, &child);
  if (error)
    message("--then: cannot run %s: %s", command, strerror(error));
  else
    (void)VECTOR_PUSH(&running, child);
  strbuf_deinit(&pid);
  strbuf_deinit(&profile);
  strbuf_deinit(&reason);
}

void limit_action(void *context, struct watch *watch, const struct snapshot *snapshot) {
  (void)context;
  struct process *process = action_find_process(watch, snapshot->pid);
  if (action == ACTION_EXEC)
    action_execute(snapshot);
  if (!process || watch_has_ended(watch))
    return;
  if (action == ACTION_SIGNAL)
    action_send(process, signal_number);
  else if (action == ACTION_STOP)
    action_stop(watch, process);
}

void limit_action_reap(void) {
  for (size_t i = 0; i < running.count;) {
    int status;
    if (waitpid(running.data[i], &status, WNOHANG) == 0) {
      i++;
      continue;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status))
      message("--then: %s: ended with status %d", command, WEXITSTATUS(status));
    else if (WIFSIGNALED(status))
      message("--then: %s: ended by signal %d", command, WTERMSIG(status));
    running.data[i] = running.data[--running.count];
  }
}
