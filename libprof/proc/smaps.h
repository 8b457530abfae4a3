/* The mappings of a process with how much of each is in memory, from /proc/PID/smaps. */
#pragma once

#include "proc/maps.h"

/* As maps_read, and fills mapping.resident. ERROR_CANNOT where the process may not be looked
 * into. */
struct error *smaps_read(pid_t pid, struct maps *ret);
