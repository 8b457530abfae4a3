/* Allocators in a process that the shim does not see: inside the program or one of its libraries,
 * under names of their own, or opened later with functions that no library had at the start.
 *
 * Their blocks are missing among the live ones. A leak of theirs would be missed, and a block that
 * only they point to would be called lost: such a process cannot be checked. */
#pragma once

#include "base/error.h"
#include "proc/maps.h"

#include <sys/types.h>

/* Says in *ret what is not seen, as the reason of a process that cannot be checked; NULL if nothing
 * is known of. `flags`: of the process's recording (recording_flags), 0 without one. The caller
 * owns *ret. */
struct error *unseen_find(pid_t pid, const struct maps *maps, uint32_t flags, char **ret);
