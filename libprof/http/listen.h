/* The socket that a server listens on.
 *
 * Profiles tell much of a program, so the loopback is the only address that is taken without being
 * told that others may read. */
#pragma once

#include "base/error.h"

#include <stdbool.h>

struct http_listener {
  int fd;         /* listening, close-on-exec */
  bool is_remote; /* others than this machine may reach it */
  char url[80];   /* "http://127.0.0.1:6060", with the port that was chosen for port 0 */
};

/* `address` is HOST:PORT, [V6]:PORT, :PORT (all addresses) or PORT (localhost); `option` is what
 * the user calls it, for messages. ERROR_BAD_INPUT for what is no address or, unless allow_remote,
 * not the loopback. */
struct error *http_listen(const char *option, const char *address, bool allow_remote,
                          struct http_listener *ret);
