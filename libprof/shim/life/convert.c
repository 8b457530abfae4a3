#include "shim/life/convert.h"

#include "shim/life/command.h"
#include "shim/life/session_path.h"
#include "shim/life/settings.h"
#include "shim/store/space.h"
#include "shim/sys/clock.h"
#include "shim/sys/sandbox.h"
#include "shim/sys/say.h"
#include "shim/sys/status.h"

#include <errno.h>
#include <stddef.h>
#include <time.h>

void convert_at_exit(void) {
  if (recording) {
    recording->last_monotonic = sandboxed() ? clock_coarse() : clock_read(CLOCK_MONOTONIC);
    recording->peak_rss = sandboxed() ? 0 : status_number("VmHWM:\t") * 1024;
    if (!sandboxed())
      recording->cpu_ns = clock_read(CLOCK_PROCESS_CPUTIME_ID);
  }
  struct settings settings;
  const char *bad;
  if (sandboxed() || !recording || !session_path[0] || !settings_read(&settings, &bad))
    return;
  if (settings.supervisor) /* it reads the recording, or a process it left behind for that does */
    return;
  int saved_errno = errno;
  char *arguments[] = {(char *)"memprof", (char *)"recover", (char *)"--at-exit", session_path,
                       NULL};
  if (command_run(arguments) == COMMAND_MISSING)
    say("the profile was not written; run: memprof recover ", session_path, NULL);
  errno = saved_errno;
}
