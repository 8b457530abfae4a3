/* surroundings WHAT: does to its process what daemons do, or waits, then allocates 300 blocks of 5000 bytes
 * from different call sites and keeps 100. */
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

__attribute__((noinline)) static void *after_5000(void) {
  return malloc(5000);
}
__attribute__((noinline)) static void *before_70(void) {
  return malloc(70);
}

static void work(int n, void **kept) {
  if (n > 0) {
    kept[n - 1] = after_5000();
    work(n - 1, kept);
  }
}

static void exhaust_descriptors(void) {
  struct rlimit limit = {64, 64};
  setrlimit(RLIMIT_NOFILE, &limit);
  while (open("/dev/null", O_RDONLY) >= 0)
    ;
}

static void change(const char *what) {
  if (!strcmp(what, "closefrom"))
    closefrom(3);
  else if (!strcmp(what, "close_all"))
    closefrom(0);
  else if (!strcmp(what, "chdir")) {
    if (chdir("/"))
      exit(9);
  } else if (!strcmp(what, "chroot")) {
    mkdir("jail", 0700);
    if (chroot("jail") || chdir("/"))
      exit(9);
  } else if (!strcmp(what, "setuid")) {
    if (setgroups(0, NULL) || setgid(65534) || setuid(65534))
      exit(9);
  } else if (!strcmp(what, "nofile"))
    exhaust_descriptors();
  else if (!strcmp(what, "clearenv"))
    clearenv();
  else if (!strcmp(what, "title")) { /* as setproctitle does: the environment's memory is used for
                                        other things */
    extern char **environ;
    char **old = environ;
    clearenv();
    for (; *old; old++)
      memset(*old, 'x', strlen(*old));
  }
}

/* The daemon of the books: two forks and a session of its own. */
static void daemonize(void) {
  if (fork())
    _exit(0);
  setsid();
  if (fork())
    _exit(0);
  if (chdir("/"))
    _exit(9);
  closefrom(0);
}

/* Until the file that GATE names is there, half a minute at most. */
static void wait_for_gate(void) {
  const char *gate = getenv("GATE");
  for (int i = 0; i < 1500 && gate && access(gate, F_OK); i++)
    usleep(20000);
}

int main(int argc, char **argv) {
  static void *kept[300];
  before_70();
  for (int i = 1; i < argc; i++)
    if (!strcmp(argv[i], "wait"))
      wait_for_gate();
    else if (strncmp(argv[i], "daemon", 6))
      change(argv[i]);
    else {
      daemonize();
      wait_for_gate();
    }
  work(300, kept);
  for (int i = 0; i < 200; i++)
    free(kept[i]);
  if (argc > 1 && !strcmp(argv[1], "daemon_killed"))
    raise(SIGKILL);
  return 0;
}
