/* The reason for a block's kind: the way to it from a root, or from the lost block that lost it. */
#pragma once

#include "leak/reach.h"

/* One line, for a block of a marked image: "data of /usr/bin/x at 0x4040 -> 32 bytes at 0x5012a0 ->
 * 64 bytes at ...", which ends with the block itself. A definitely lost block stands alone, and a
 * remark says so. The caller frees it; NULL without memory. */
char *why_describe(struct image *image, const struct reach_options *options, uint32_t block);
