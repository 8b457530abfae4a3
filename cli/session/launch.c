#include "cli/session/launch.h"

#include "base/cleanup.h"
#include "cli/line/exit_codes.h"
#include "cli/line/stdio_guard.h"
#include "cli/session/launch_spawn.h"
#include "symbol/inspect.h"
#include "symbol/inspect_message.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t program;
static bool keeps_stdout;
static volatile sig_atomic_t end_is_asked;

bool launch_end_is_asked(void) {
  return end_is_asked;
}

void launch_forget_ends(void) {
  end_is_asked = 0;
}

void launch_keep_stdout(void) {
  keeps_stdout = true;
}

static const int passed_on[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGTERM, SIGUSR1,
                                SIGUSR2, SIGALRM, SIGPIPE, SIGCONT, SIGWINCH};
enum { N_PASSED_ON = sizeof(passed_on) / sizeof(passed_on[0]) };

/* The kernel sends a signal, a terminal's Ctrl-C for one, to the whole process group: the program
 * has got it already. A signal that a process sent to us was meant for the program. */
static void pass_on(int signal, siginfo_t *info, void *context) {
  (void)context;
  int saved = errno;
  if (signal == SIGHUP || signal == SIGINT || signal == SIGQUIT || signal == SIGTERM)
    end_is_asked = 1;
  if (info->si_code <= 0 && program > 0 && info->si_pid != program)
    kill(program, signal);
  errno = saved;
}

/* In the child, between fork and exec: only what is async-signal-safe. `gate` is a pipe that the
 * parent closes. */
static void launch_execute(char **argv, char **environment, int gate, int report,
                           const sigset_t *mask) {
  char unused;
  sigprocmask(SIG_SETMASK, mask, NULL);
  stdio_guard_leave();
  while (read(gate, &unused, 1) < 0 && errno == EINTR)
    ;
  for (char **entry = environment; *entry; entry++)
    putenv(*entry);
  if (keeps_stdout)
    dup2(STDERR_FILENO, STDOUT_FILENO);
  execvp(argv[0], argv);
  int error = errno;
  while (write(report, &error, sizeof(error)) < 0 && errno == EINTR)
    ;
  _exit(EXIT_NOT_EXECUTABLE);
}

/* The errno of a failed exec, or 0 once the program runs (the pipe closes on exec). */
static int read_report(int fd) {
  int error = 0;
  ssize_t n;
  while ((n = read(fd, &error, sizeof(error))) < 0 && errno == EINTR)
    ;
  return n == sizeof(error) ? error : 0;
}

static void close_now(int *fd) {
  close(*fd);
  *fd = -1;
}

/* Signals that are to be passed on wait until the program runs: one that came before their handler
 * was set would end this process and leave the program alone. */
struct held_signals {
  sigset_t mask; /* as it was */
};

static struct held_signals hold_signals(void) {
  struct held_signals held;
  sigset_t hold;
  sigemptyset(&hold);
  for (int i = 0; i < N_PASSED_ON; i++)
    sigaddset(&hold, passed_on[i]);
  sigprocmask(SIG_BLOCK, &hold, &held.mask);
  return held;
}

static void restore_signals(const struct held_signals *held) {
  sigprocmask(SIG_SETMASK, &held->mask, NULL);
}

static struct error *cannot_execute(const char *name, int error, int *status) {
  *status = error == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
  return error_system(error, "cannot execute %s", name);
}

/* Kills the child, which has not yet gone through the gate. */
static struct error *give_up(pid_t pid, struct error *err) {
  kill(pid, SIGKILL);
  waitpid(pid, NULL, 0);
  return err;
}

struct error *launch_hooked(char **argv, char **environment, launch_hook *hook, pid_t *ret,
                            int *status) {
  int report[2], gate[2];
  if (pipe2(report, O_CLOEXEC) < 0)
    return error_system(errno, "cannot make a pipe");
  _cleanup_close_ int from = report[0], to = report[1];
  if (pipe2(gate, O_CLOEXEC) < 0)
    return error_system(errno, "cannot make a pipe");
  _cleanup_close_ int closed = gate[0], open = gate[1];
  _cleanup_(restore_signals) struct held_signals held = hold_signals();
  pid_t pid = fork();
  if (pid < 0)
    return error_system(errno, "cannot start %s", argv[0]);
  if (pid == 0) {
    close(open);
    launch_execute(argv, environment, closed, to, &held.mask);
  }
  close_now(&to);
  struct error *err = hook(pid);
  if (err)
    return give_up(pid, err);
  close_now(&open);
  int error = read_report(from);
  if (!error) {
    launch_watch_signals(pid);
    *ret = pid;
    return NULL;
  }
  waitpid(pid, NULL, 0);
  return cannot_execute(argv[0], error, status);
}

struct error *launch(char **argv, char **environment, pid_t *ret, int *status) {
  _cleanup_(restore_signals) struct held_signals held = hold_signals();
  int error = launch_spawn(argv, environment, &held.mask, keeps_stdout, ret);
  if (error)
    return cannot_execute(argv[0], error, status);
  launch_watch_signals(*ret);
  return NULL;
}

void launch_watch_signals(pid_t pid) {
  program = pid;
  struct sigaction action = {.sa_sigaction = pass_on, .sa_flags = SA_SIGINFO | SA_RESTART};
  sigfillset(&action.sa_mask);
  for (int i = 0; i < N_PASSED_ON; i++)
    sigaction(passed_on[i], &action, NULL);
  /* Stops are mirrored from the program's own: it may have caught them. */
  signal(SIGTSTP, SIG_IGN);
  signal(SIGTTIN, SIG_IGN);
  signal(SIGTTOU, SIG_IGN);
}

int launch_status(int status) {
  program = 0;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Stands for the wait status of a program that is not ours to wait for. */
#define STATUS_UNKNOWN (EXIT_NOT_EXECUTABLE << 8)

void (*launch_on_stop)(bool stopping);

static void stop_with_it(void) {
  void (*tell)(bool) = launch_on_stop;
  if (tell)
    tell(true);
  raise(SIGSTOP);
  if (tell)
    tell(false);
}

static uint64_t peak_resident; /* of the program that has ended */

uint64_t launch_peak_resident(void) {
  struct rusage own;
  if (getrusage(RUSAGE_SELF, &own) || peak_resident <= (uint64_t)own.ru_maxrss * 1024)
    return 0;
  return peak_resident;
}

static bool launch_look(pid_t pid, int flags, int *status) {
  pid_t got;
  struct rusage usage;
  while ((got = wait4(pid, status, WUNTRACED | flags, &usage)) > 0 && WIFSTOPPED(*status))
    stop_with_it();
  if (got > 0)
    peak_resident = (uint64_t)usage.ru_maxrss * 1024;
  if (got < 0 && errno != EINTR)
    *status = STATUS_UNKNOWN;
  return got > 0 || (got < 0 && errno != EINTR);
}

bool launch_has_ended(pid_t pid, int *status) {
  return launch_look(pid, WNOHANG, status);
}

int launch_wait(pid_t pid) {
  int status;
  launch_watch_signals(pid);
  while (!launch_look(pid, 0, &status))
    ;
  return launch_status(status);
}

struct error *launch_check(const char *name, int *status) {
  struct inspection inspection;
  struct error *err = inspect_program(name, &inspection);
  if (err)
    return err;
  err = inspection_error(&inspection);
  if (inspection.obstacle == OBSTACLE_NOT_FOUND)
    *status = EXIT_NOT_FOUND;
  else if (inspection.obstacle == OBSTACLE_NOT_EXECUTABLE ||
           inspection.obstacle == OBSTACLE_NOT_A_FILE)
    *status = EXIT_NOT_EXECUTABLE;
  inspection_deinit(&inspection);
  return err;
}
