#include "cli/run_http.h"

#include "base/cleanup.h"
#include "cli/http_options.h"
#include "cli/run.h"
#include "cli/session.h"
#include "http/server.h"

#include <string.h>

/* The socket is there before the program, so that a bad address is told before it starts; the
 * threads come after it, so that no fork of ours meets them. */
static struct run_http {
  struct http_listener listener; /* fd -1: none, or the server's */
  struct http_server *server;
  struct http_sources sources;
  const char *folder;
  pid_t program;
} http = {.listener.fd = -1};

static bool has_later_image(const struct session_list *list, size_t i) {
  return i + 1 < list->count && list->data[i + 1].pid == list->data[i].pid;
}

/* The processes of the session, the program first, each by what it executes now. */
static struct error *list_session(void *context, struct http_source_list *ret) {
  const struct run_http *run = context;
  _cleanup_session_list_ struct session_list list = {0};
  struct error *err = session_read(run->folder, &list);
  for (int others = 0; others < 2; others++)
    for (size_t i = 0; i < list.count && !err; i++)
      if ((list.data[i].pid != run->program) == others && !has_later_image(&list, i))
        err = http_source_add(ret, list.data[i].pid, strdup(list.data[i].path), false);
  return err;
}

static struct error *start(void *context, struct watch *watch) {
  struct run_http *run = context;
  struct http_listener listener = run->listener;
  run->folder = watch_folder(watch);
  run->program = watch_program(watch);
  run->sources = (struct http_sources){list_session, run};
  run->listener.fd = -1;
  return http_server_create(&listener, &run->sources, &run->server);
}

/* Before the recordings become files. */
static struct error *finish(void *context, struct watch *watch) {
  struct run_http *run = context;
  (void)watch;
  http_server_destroy(run->server);
  run->server = NULL;
  return NULL;
}

static void destroy(void *context) {
  struct run_http *run = context;
  if (run->listener.fd >= 0)
    close(run->listener.fd);
  http_server_destroy(run->server);
}

static const struct watcher watcher = {
    .name = "--http", .start = start, .finish = finish, .destroy = destroy};

struct error *run_http_add(struct watch *watch) {
  if (!http_address())
    return NULL;
  struct error *err = http_options_listen(http_address(), &http.listener);
  if (err)
    return err;
  if (!run_is_quiet())
    http_options_tell(&http.listener);
  return watch_add(watch, &watcher, &http);
}
