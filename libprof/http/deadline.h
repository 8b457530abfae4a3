/* A deadline for requests, whatever their clients send meanwhile.
 *
 * libmicrohttpd drops a client that sends nothing for a while. One that sends a byte now and then
 * keeps its seat for as long as it likes, and enough of these keep all. So each connection has a
 * moment by which its request must be complete. A thread looks each second, and shuts down the
 * sockets of those that are late; the connection's own thread then ends it. */
#pragma once

#include "base/error.h"

struct http_deadlines;
struct http_deadline; /* of one connection */

/* `seconds`: how long a client may take for a request. */
struct error *http_deadlines_create(int seconds, struct http_deadlines **ret);

/* No connection may be left. NULL is fine. */
void http_deadlines_destroy(struct http_deadlines *deadlines);

/* A connection by its socket, whose first request is awaited from now on; NULL without memory: it
 * has no deadline. Any thread, as for the others. */
struct http_deadline *http_deadline_begin(struct http_deadlines *deadlines, int socket);

/* Another request is awaited, after `idle` seconds in which none need begin. NULL is fine. */
void http_deadline_renew(struct http_deadlines *deadlines, struct http_deadline *deadline,
                         int idle);

/* The request is complete. NULL is fine. */
void http_deadline_met(struct http_deadlines *deadlines, struct http_deadline *deadline);

/* Before the socket is closed. NULL is fine. */
void http_deadline_end(struct http_deadlines *deadlines, struct http_deadline *deadline);
