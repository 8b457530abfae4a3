/* Addresses of a running program's code, to be named. */
#pragma once

#include "model/profile.h"
#include "recording/recording.h"

#include <stddef.h>

/* A profile with one sample for each of the n addresses, in their order, whose only location is
 * that address, in the modules that are loaded now; without symbols and without values. */
struct error *recording_addresses(const struct recording *recording, const uint64_t *addresses,
                                  size_t n, struct profile **ret);
