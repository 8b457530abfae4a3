#include "base/cleanup.h"
#include "cli/http/http_options.h"
#include "cli/http/push_options.h"
#include "cli/http/serve_sources.h"
#include "cli/line/command.h"
#include "cli/line/end_signals.h"
#include "cli/line/exit_codes.h"
#include "cli/line/message.h"
#include "http/server.h"
#include "proc/process.h"

#include <signal.h>
#include <time.h>

enum { LOOK_MS = 500 }; /* whether the processes are still there */

static bool quiet;

/* Waits until a signal arrives or all processes have ended. The server's threads have all signals
 * blocked. */
static void wait_for_end(const struct serve_operands *operands, const sigset_t *ends) {
  const struct timespec look = {0, LOOK_MS * 1000000l};
  while (serve_has_more(operands))
    if (sigtimedwait(ends, NULL, &look) > 0)
      return;
  if (!quiet)
    message("all processes that were served have ended");
}

static struct error *serve(struct serve_operands *operands) {
  struct http_sources sources = {serve_sources_list, operands};
  struct http_listener listener;
  struct http_server *server = NULL;
  struct push *push = NULL;
  sigset_t ends;
  end_signals_block(&ends);
  struct error *err = push_options_create(&push);
  if (!err)
    err = http_options_listen(http_address() ? http_address() : HTTP_ADDRESS_DEFAULT, quiet,
                              &listener);
  if (!err)
    err = http_server_create(&listener, &sources, http_options_token(), &server);
  if (!err && push)
    err = push_start(push, &sources);
  if (!err) {
    if (!quiet)
      http_options_tell(&listener);
    wait_for_end(operands, &ends);
  }
  push_destroy(push);
  http_server_destroy(server);
  return err;
}

static int run(int n_operands, char **operands) {
  struct serve_operands list = {0};
  struct error *err = serve_operands_read(operands, n_operands, &list);
  if (!err && !n_operands)
    err = process_check_proc();
  if (!err)
    err = serve(&list);
  VECTOR_DEINIT(&list);
  return err ? command_error(err) : EXIT_OK;
}

static const struct option_spec specs[] = {
    {.name = "quiet",
     .short_name = 'q',
     .help = "Say nothing but warnings and errors",
     .kind = OPTION_FLAG,
     .value = &quiet},
    {0},
};
static const struct option_group group = {"Options", specs};

const struct command command_serve = {
    .name = "serve",
    .summary = "Serve profiles of running programs over HTTP",
    .synopsis = "[OPTION...] [PID|FILE...]",
    .details =
        "Answers as a Go program does that imports net/http/pprof, so that what reads those reads "
        "these:\n\n"
        "  go tool pprof http://localhost:6060/debug/pprof/heap\n"
        "  go tool pprof http://localhost:6060/debug/pprof/allocs?seconds=30\n"
        "  curl http://localhost:6060/debug/pprof/heap?debug=1\n"
        "  curl http://localhost:6060/metrics\n\n"
        "/debug/pprof/ in a browser lists what there is, and /metrics is for Prometheus. PID is a "
        "process that is being recorded (`memprof ps` lists them), FILE a recording or any heap "
        "profile; with several, ?pid=PID or ?file=FILE chooses, and without it the first one "
        "answers. Without any, all recorded processes of yours are served, also those that come "
        "later.\n\n"
        "The processes are neither stopped nor asked: all is read from the recordings that they "
        "share. It ends when they have ended, or with Ctrl-C.",
    .groups = (const struct option_group *const[]){&group, &http_options, &push_options, NULL},
    .min_operands = 0,
    .max_operands = OPERANDS_ANY,
    .operands = OPERANDS_FILES,
    .run = run,
};
