/* An allocator's calls of its own functions, bound to these again.
 *
 * The loader has bound them to ours, which come first in the search order. The allocator would then
 * record a block twice: mi_strdup calls mi_heap_malloc, and jemalloc's operators call malloc. */
#pragma once

#include "shim/hooks/allocators/image.h"

/* Binds each name that `is_ours`, or is of the malloc family, and that the object itself defines.
 * False if it cannot be written to, and then nothing has changed. */
bool inside_bind(const struct image *image, bool (*is_ours)(const char *name));
