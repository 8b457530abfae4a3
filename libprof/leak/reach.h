/* Which blocks can still be reached, in valgrind's kinds: pure marking over an image.
 *
 *   1. A block is reachable if a root points to its start, or a reachable block does. Known good
 *      interior pointers count as pointers to the start (leak/heuristic.h).
 *   2. A block that is not is possibly lost if a root, a reachable block or a possibly lost block
 *      points anywhere into it.
 *   3. All others are lost: definitely, if no other lost block leads to it, else indirectly. One
 *      block of a ring that nothing else leads into is definitely lost.
 *
 * Blocks whose contents are still to be looked at wait in a list, 4 bytes a block, so that a linked
 * list of millions of nodes needs no stack. */
#pragma once

#include "leak/image.h"

struct reach_options {
  unsigned roots; /* bits 1 << enum root_class */
  bool unaligned; /* pointers may lie at any address, not only at multiples of 8 */
};

/* Sets state and via of all blocks. The only error is exhausted memory. */
struct error *reach_mark(struct image *image, const struct reach_options *options);

/* The block that a word points to, and whether it counts as its start; BLOCK_NONE if it points to
 * none. The word was found in block `from`; BLOCK_NONE: in a root. */
uint32_t reach_target(struct image *image, uint32_t from, uint64_t word, bool *is_start);
