/* Preloaded behind the shim: its destructor runs after the shim's and prints what the program would
 * see of the exit hook, which has started a process and waited for it. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t signals;

static void on_signal(int number) {
  (void)number;
  signals = signals + 1;
}

__attribute__((constructor)) static void begin(void) {
  signal(SIGCHLD, on_signal);
}

__attribute__((destructor)) static void end(void) {
  int before = errno;
  int waited = waitpid(-1, NULL, WNOHANG | __WALL);
  printf("errno %d, waitpid %d (%s), SIGCHLD %d\n", before, waited,
         errno == ECHILD ? "no child" : "?", (int)signals);
}
