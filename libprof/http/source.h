/* The things that a server can show: running processes, recordings that were left behind, profiles.
 *
 * The command says which these are. Requests only choose among them, by number or by the very name
 * that the command gave. No part of a request is ever a path. */
#pragma once

#include "base/error.h"
#include "base/strbuf.h"
#include "base/vector.h"

#include <stdbool.h>
#include <sys/types.h>

struct http_source {
  pid_t pid;       /* of a recording's process; 0: a profile's file */
  char *path;      /* opens the recording or the profile; owned */
  bool is_profile; /* a pprof file, called `path` in requests */
};

struct http_source_list {
  struct http_source *data;
  size_t count, capacity;
};
void http_source_list_deinit(struct http_source_list *list);
#define _cleanup_http_source_list_ __attribute__((cleanup(http_source_list_deinit)))

/* Appends; takes over `path`, also on failure. */
struct error *http_source_add(struct http_source_list *list, pid_t pid, char *path,
                              bool is_profile);

/* Where they come from. `list` fills an empty list with what there is now, the first being what is
 * shown when a request names none; it is called from the server's threads, at the same time. */
struct http_sources {
  struct error *(*list)(void *context, struct http_source_list *ret);
  void *context;
  const struct strbuf *page; /* answers "/" instead of a source's own page; or NULL */
};

/* The one of this pid, of this name, or (pid 0, name NULL) the first. ERROR_BAD_INPUT where no
 * source matches; the source's path is the caller's to free. */
struct error *http_source_find(const struct http_sources *sources, pid_t pid, const char *name,
                               struct http_source *ret);
