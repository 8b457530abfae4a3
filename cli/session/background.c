#include "cli/session/background.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LOOK_MS = 500 };

/* All but the hold on the session, which goes on. */
static void close_all(void) {
  unsigned hold = session_hold_descriptor >= 3 ? (unsigned)session_hold_descriptor : 3;
  if (hold > 3)
    syscall(SYS_close_range, 3u, hold - 1, 0u);
  syscall(SYS_close_range, session_hold_descriptor >= 3 ? hold + 1 : 3u, ~0u, 0u);
}

static void detach(void) {
  setsid();
  int null = open("/dev/null", O_RDWR);
  for (int fd = 0; null >= 0 && fd <= 2; fd++)
    dup2(null, fd);
  close_all();
}

/* Waits until the first process of the session ends, or a while has passed: new ones may have come.
 */
static void wait_for_end(const struct session_list *list) {
  struct pollfd *fds = calloc(list->count + 1, sizeof(*fds));
  nfds_t n = 0;
  for (size_t i = 0; fds && i < list->count; i++)
    if ((fds[n].fd = (int)syscall(SYS_pidfd_open, list->data[i].pid, 0)) >= 0)
      fds[n++].events = POLLIN;
  poll(fds, n, LOOK_MS);
  for (nfds_t i = 0; i < n; i++)
    close(fds[i].fd);
  free(fds);
}

static void collect_until_empty(const char *folder, const struct collect_options *options) {
  struct collected none = {0};
  for (bool live = true; live;) {
    _cleanup_collect_tally_ struct collect_tally tally = {0};
    _cleanup_session_list_ struct session_list list = SESSION_LIST_INIT;
    struct error *err = session_read(folder, &list);
    if (err) {
      error_destroy(err);
      return;
    }
    wait_for_end(&list);
    err = collect_session(folder, options, -1, &none, &tally);
    error_destroy(err);
    live = tally.live;
  }
  session_leave(folder);
}

struct error *background_collect(const char *folder, const struct collect_options *options) {
  pid_t pid = fork();
  if (pid < 0)
    return error_system(
        errno, "cannot wait for the processes that still run; later: memprof recover %s", folder);
  if (pid == 0) {
    detach();
    collect_until_empty(folder, options);
    _exit(0);
  }
  return NULL;
}
