/* An HTTP server like that of Go's net/http/pprof, for programs that have none: it answers from
 * their recordings, and nothing of it runs in them.
 *
 * /debug/pprof/        what there is
 * /debug/pprof/heap    live memory; ?seconds=N: by how much it grew in N seconds; ?debug=1: as text
 * /debug/pprof/allocs  the same profile, shown by what was allocated
 * /debug/pprof/cmdline, /debug/pprof/symbol
 * /metrics             for Prometheus
 * with ?pid=N or ?file=NAME where there are several.
 *
 * Its threads handle no signals: one for the deadlines of requests, one a socket that listens, one
 * a connection (libmicrohttpd's: with one thread for all, it drops the answer to a client that has
 * closed its own half of a connection while the answer was being made), and one that makes profiles
 * (http/worker.h). */
#pragma once

#include "http/listen.h"
#include "http/source.h"

struct http_server;

/* Takes over the listening sockets, also on failure. `sources` and `token` (http/token.h; NULL:
 * anyone may ask) must live as long as the server. */
struct error *http_server_create(struct http_listener *listener, const struct http_sources *sources,
                                 const char *token, struct http_server **ret);

/* Answers what is unfinished with 503, closes all connections, and removes the file of a Unix
 * socket. NULL is fine. */
void http_server_destroy(struct http_server *server);
