/* A library to preload into `memprof run`, for which time then goes FAST_CLOCK times as fast: what
 * the command does in a month can be looked at in minutes. The program that it runs has the library,
 * too, and its own time is as fast. */
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
enum { SECOND = 1000000000 };

static uint64_t how_fast(void) {
  static uint64_t factor;
  if (!factor) {
    const char *text = getenv("FAST_CLOCK");
    factor = text ? strtoull(text, NULL, 10) : 1;
  }
  return factor ? factor : 1;
}

EXPORT int clock_gettime(clockid_t clock, struct timespec *time) {
  static uint64_t begun; /* ns */
  long result = syscall(SYS_clock_gettime, clock, time);
  if (result || clock != CLOCK_MONOTONIC)
    return (int)result;
  uint64_t now = (uint64_t)time->tv_sec * SECOND + (uint64_t)time->tv_nsec;
  begun = begun ? begun : now;
  now = begun + (now - begun) * how_fast();
  *time = (struct timespec){(time_t)(now / SECOND), (long)(now % SECOND)};
  return 0;
}

EXPORT int poll(struct pollfd *fds, nfds_t n, int ms) {
  uint64_t ns = (uint64_t)ms * 1000000 / how_fast();
  struct timespec time = {(time_t)(ns / SECOND), (long)(ns % SECOND)};
  return (int)syscall(SYS_ppoll, fds, n, ms < 0 ? NULL : &time, NULL, 0);
}

/* _FORTIFY_SOURCE makes this of a call of poll. */
EXPORT int __poll_chk(struct pollfd *fds, nfds_t n, int ms, size_t size);
EXPORT int __poll_chk(struct pollfd *fds, nfds_t n, int ms, size_t size) {
  (void)size;
  return poll(fds, n, ms);
}
