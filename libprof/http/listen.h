/* The sockets that a server listens on.
 *
 * Profiles tell much of a program, so the loopback is the only address that is taken without being
 * told that others may read. All users of this machine can reach the loopback; a Unix socket only
 * its owner. */
#pragma once

#include "base/error.h"
#include "http/socket_file.h"

#include <stdbool.h>
#include <stddef.h>

enum { HTTP_MAX_SOCKETS = 8 };

struct http_listener {
  int fds[HTTP_MAX_SOCKETS];    /* listening, close-on-exec; all at one port */
  size_t n;                     /* 0: none, or another's by now */
  bool is_remote;               /* others than this machine may reach it */
  struct http_socket_file file; /* of a Unix socket; then fds has that alone */
  char url[80]; /* "http://127.0.0.1:6060", with the port that was chosen for port 0; one of the
                 * addresses that are listened at, 127.0.0.1 where it is one of them; a Unix
                 * socket is asked for "http://localhost" */
};

/* `address` is HOST:PORT, [V6]:PORT, :PORT (all addresses), PORT (localhost) or unix:PATH; `option`
 * is what the user calls it, for messages. Where HOST is a name of several loopback addresses, as
 * localhost is of 127.0.0.1 and ::1 in Debian's /etc/hosts, all are listened at that the kernel
 * has. Any other name stands for its first address, as in Go. ERROR_BAD_INPUT for what is no
 * address or, unless allow_remote, not the loopback. */
struct error *http_listen(const char *option, const char *address, bool allow_remote,
                          struct http_listener *ret);

/* Closes all that it has, and removes the file of a Unix socket. */
void http_listener_close(struct http_listener *listener);
