/* --http and --http-allow-remote, of `memprof run` and `memprof serve`. */
#pragma once

#include "cli/line/options.h"
#include "http/listen.h"

#define HTTP_ADDRESS_DEFAULT "localhost:6060" /* of `memprof serve` */

extern const struct option_group http_options;

/* The address of --http; NULL if it was not given. */
const char *http_address(void);

/* Listens at `address`, with a warning if others can reach it. */
struct error *http_options_listen(const char *address, struct http_listener *ret);

/* Prints the address where profiles are served. */
void http_options_tell(const struct http_listener *listener);
