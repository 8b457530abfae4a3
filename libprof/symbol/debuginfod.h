/* Bounds what libdw spends on debuginfod servers.
 *
 * libdw asks the servers in DEBUGINFOD_URLS by itself, and its client waits up to 90 s for each
 * file of a server that does not answer. Here all waiting of the process together gets
 * DEBUGINFOD_SECONDS; when they are used up, DEBUGINFOD_URLS is removed from our environment, so
 * that the servers are not asked again. Not thread-safe. */
#pragma once

#include <elfutils/libdwfl.h>

#include <stdbool.h>

#define DEBUGINFOD_SECONDS 30

/* Puts the session under the limit; without DEBUGINFOD_URLS does nothing (and loads nothing). */
void debuginfod_limit(Dwfl *dwfl);

/* Were the servers given up since the process began? */
bool debuginfod_gave_up(void);
