#include "cli/line/stdio_guard.h"

#include "cli/line/exit_codes.h"
#include "cli/line/message.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct sigaction size_action; /* of SIGXFSZ, as our caller left it */

void stdio_guard_leave(void) {
  sigaction(SIGXFSZ, &size_action, NULL);
}

void stdio_guard_open(void) {
  sigaction(SIGXFSZ, &(struct sigaction){.sa_handler = SIG_IGN}, &size_action);
  /* open() takes the lowest free number, so going upwards each call fills exactly the gap at fd.
   * The access mode is the one the stream does not need, so that using it still fails with EBADF.
   */
  for (int fd = 0; fd <= 2; fd++)
    if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
      (void)!open("/dev/null", (fd == 0 ? O_WRONLY : O_RDONLY) | O_CLOEXEC);
}

static void die_of_sigpipe(void) {
  signal(SIGPIPE, SIG_DFL);
  raise(SIGPIPE);
  _exit(128 + SIGPIPE); /* blocked: the shell's number for it */
}

int stdio_guard_close(int status) {
  bool failed = ferror(stdout);
  errno = 0;
  if (fflush(stdout) == 0 && !failed)
    return status;
  if (errno == EPIPE)
    die_of_sigpipe();
  /* After an earlier failure glibc still holds the unwritten bytes: fflush fails again and sets
   * errno. */
  message("cannot write to standard output: %s; the output is incomplete",
          errno ? strerror(errno) : "write failed");
  return EXIT_USAGE;
}
