/* What in a process is the profiler's or the allocator's own: it must not keep a block reachable.
 * And what the program declared itself by LeakSanitizer's interface. */
#pragma once

#include "leak/image.h"

/* Hides the recording, the shim's variables and the allocator's records; marks ignored blocks;
 * gives the program's own parts of the break area back as roots. */
struct error *own_memory_hide(const struct recording *recording, struct image *image);

/* What the program said of the check itself: *done if it wants none (any more); *suppressions is
 * its own text of suppressions
 * (__lsan_default_suppressions), the caller's to free, or NULL. */
struct error *own_memory_wishes(const struct recording *recording, pid_t reader, bool *done,
                                char **suppressions);
