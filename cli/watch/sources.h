/* The processes of a `memprof run`, for its server and its pushes. */
#pragma once

#include "cli/watch/watch.h"
#include "http/source.h"

struct session_sources {
  const char *folder;
  pid_t program;
};

/* Of the watch's session, from its start on. */
struct session_sources session_sources_of(const struct watch *watch);

/* For struct http_sources: the processes of `context`, a struct session_sources, the program first,
 * each by what it executes now. Those that have ended are among them. */
struct error *session_sources_list(void *context, struct http_source_list *ret);
