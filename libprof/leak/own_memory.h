/* Memory of a process that is the profiler's or the allocator's own: it must not keep a block
 * reachable. */
#pragma once

#include "leak/image.h"

/* Hides
 *   - the recording,
 *   - the shim's variables and its threads' data,
 *   - the allocator's records in libc's data.
 * Marks the blocks that the program declared to be no leaks. Adds as roots the regions that it
 * declared, and its own parts of the break area. */
struct error *own_memory_hide(const struct recording *recording, struct image *image);
