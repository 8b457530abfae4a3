/* The roots that threads hold: registers, stacks, thread-local storage. */
#pragma once

#include "leak/image.h"

/* Adds them for every thread of the process, and hides the stacks of ended threads that glibc keeps
 * for reuse. */
struct error *thread_roots_add(const struct recording *recording,
                               const struct stopped_process *process, struct image *image);
