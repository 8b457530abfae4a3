/* Against DNS rebinding: a web page whose own name is made to mean 127.0.0.1 could otherwise read
 * what is served here with its visitor's browser, which then names that page's host. */
#pragma once

#include <stdbool.h>

/* Whether a request to a loopback address, with this Host header ("localhost:6060"; NULL: none), is
 * meant for this machine: it names an address or localhost. */
bool http_host_is_local(const char *host);
