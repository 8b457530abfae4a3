/* Builds the image of a stopped process: asks each finder of roots, in the order that they need. */
#pragma once

#include "leak/image.h"

/* Reads the maps, the blocks and the roots of a stopped process. `recording` is the process's own
 * and exact. The image goes on reading the process's memory: the process must stand still until
 * image_deinit. */
struct error *image_read(const struct recording *recording, const struct stopped_process *process,
                         struct image *ret);
