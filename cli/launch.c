#include "cli/launch.h"

#include "base/cleanup.h"
#include "cli/exit_codes.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t program;

static const int passed_on[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGTERM, SIGUSR1,
                                SIGUSR2, SIGALRM, SIGPIPE, SIGCONT, SIGWINCH};
enum { N_PASSED_ON = sizeof(passed_on) / sizeof(passed_on[0]) };

/* What the kernel sends, a terminal's Ctrl-C for one, goes to the whole process group and so to the
 * program already; what a process sent to us was meant for the program. */
static void pass_on(int signal, siginfo_t *info, void *context) {
  (void)context;
  int saved = errno;
  if (info->si_code <= 0 && program > 0 && info->si_pid != program)
    kill(program, signal);
  errno = saved;
}

/* In the child, between fork and exec: only what is async-signal-safe. */
static void execute(char **argv, char **environment, int report) {
  for (char **entry = environment; *entry; entry++)
    putenv(*entry);
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

struct error *launch(char **argv, char **environment, pid_t *ret, int *status) {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) < 0)
    return error_system(errno, "cannot make a pipe");
  _cleanup_close_ int from = fds[0], to = fds[1];
  pid_t pid = fork();
  if (pid < 0)
    return error_system(errno, "cannot start %s", argv[0]);
  if (pid == 0)
    execute(argv, environment, to);
  close(to);
  to = -1;
  int error = read_report(from);
  if (!error) {
    *ret = pid;
    return NULL;
  }
  waitpid(pid, NULL, 0);
  *status = error == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
  return error_system(error, "cannot execute %s", argv[0]);
}

static void watch_signals(pid_t pid) {
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

int launch_wait(pid_t pid) {
  int status;
  watch_signals(pid);
  for (;;) {
    if (waitpid(pid, &status, WUNTRACED) < 0) {
      if (errno == EINTR)
        continue;
      return EXIT_NOT_EXECUTABLE;
    }
    if (WIFSTOPPED(status))
      raise(SIGSTOP);
    else
      break;
  }
  program = 0;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
