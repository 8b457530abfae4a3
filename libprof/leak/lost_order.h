/* Lost blocks in an order that is the program's and not that of addresses, which change from run to
 * run: by site, as sites came up, then by size. Blocks that are equal in both are in the order of
 * their addresses; they are of one stack, so that no figure depends on it. */
#pragma once

#include "leak/blocks.h"

/* Sorts n indexes of blocks. */
void lost_order(const struct blocks *blocks, uint32_t *lost, size_t n);
