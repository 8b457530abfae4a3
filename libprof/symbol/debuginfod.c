#include "symbol/debuginfod.h"

#include "base/clock.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

/* As in elfutils/debuginfod.h, whose library is loaded only where it is asked for: it brings
 * libcurl. */
typedef int progress_fn(debuginfod_client *client, long a, long b);
typedef void set_progress_fn(debuginfod_client *client, progress_fn *fn);

static double seconds_left = DEBUGINFOD_SECONDS;
static double last_call; /* of the progress function, CLOCK_MONOTONIC */
static bool gave_up;

static double now(void) {
  return (double)monotonic_ns() / 1e9;
}

/* The client calls this at least each second while it waits; nonzero ends the transfer. A gap of
 * more is our own work between two transfers and costs nothing. */
static int progress(debuginfod_client *client, long a, long b) {
  (void)client, (void)a, (void)b;
  double time = now(), waited = time - last_call;
  last_call = time;
  seconds_left -= waited < 2 ? waited : 0;
  if (seconds_left > 0)
    return 0;
  gave_up = true;
  unsetenv("DEBUGINFOD_URLS");
  return 1;
}

void debuginfod_limit(Dwfl *dwfl) {
  const char *urls = getenv("DEBUGINFOD_URLS");
  if (!urls || !*urls)
    return;
  debuginfod_client *client = dwfl_get_debuginfod_client(dwfl);
  void *library = client ? dlopen("libdebuginfod.so.1", RTLD_LAZY) : NULL;
  set_progress_fn *set_progress = NULL;
  if (library) /* POSIX's way around ISO C, which knows no such conversion */
    *(void **)&set_progress = dlsym(library, "debuginfod_set_progressfn");
  if (set_progress)
    set_progress(client, progress);
  else /* no way to bound it: better no debug information than a hang */
    unsetenv("DEBUGINFOD_URLS");
  last_call = now();
}

bool debuginfod_gave_up(void) {
  return gave_up;
}
