/* The processes of a `memprof run`, for its server and its pushes. */
#pragma once

#include "cli/watch/watch.h"
#include "http/source.h"

struct watch_sources {
  const char *folder;
  pid_t program;
};

/* The processes of the watch's session, from its start on. */
struct watch_sources watch_sources_of(const struct watch *watch);

/* For struct http_sources: lists the processes of `context`, a struct watch_sources, the program
 * first, each by its last image. Ended processes are among them until their recordings are removed
 * (cli/watch/ended.h). */
struct error *watch_sources_list(void *context, struct http_source_list *ret);
