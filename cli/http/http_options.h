/* --http and its companions, of `memprof run` and `memprof serve`. */
#pragma once

#include "cli/line/options.h"
#include "http/listen.h"

#define HTTP_ADDRESS_DEFAULT "localhost:6060" /* of `memprof serve` */

extern const struct option_group http_options;

/* The address of --http; NULL if it was not given. */
const char *http_address(void);

/* Listens at `address`, with a warning if others can reach it, and gets the token. `quiet`:
 * http_options_tell will not be called. Before the program starts: takes the token out of the
 * environment, which the program would inherit. */
struct error *http_options_listen(const char *address, bool quiet, struct http_listener *ret);

/* The token that was got; NULL: none is wanted. */
const char *http_options_token(void);

/* Prints the address where profiles are served, with the token if it was made here. */
void http_options_tell(const struct http_listener *listener);
