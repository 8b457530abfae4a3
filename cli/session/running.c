#include "cli/session/running.h"

#include "base/cleanup.h"
#include "recording/find.h"
#include "recording/heap_stats.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <time.h>

struct error *running_parse(const char *operand, pid_t *ret) {
  char *end;
  errno = 0;
  long pid = strtol(operand, &end, 10);
  if (errno || end == operand || *end || strspn(operand, " +-") || pid < 1 || pid > INT_MAX)
    return error_create(ERROR_BAD_INPUT,
                        "'%s' is not the number of a process; `memprof ps` lists those that are "
                        "recorded",
                        operand);
  *ret = (pid_t)pid;
  return NULL;
}

void running_wait_ms(int64_t ms) {
  struct timespec left = {ms / 1000, ms % 1000 * 1000000};
  while (nanosleep(&left, &left) < 0 && errno == EINTR)
    ;
}

struct error *running_counters(const char *path, pid_t pid, struct heap_stats *ret) {
  _cleanup_recording_ struct recording *recording = NULL;
  struct error *err = recording_open_of(path, pid, RECORDING_COUNTERS, &recording);
  return err ? err : heap_stats_init(ret, recording);
}
