/* Which blocks can still be reached, with valgrind's kinds: pure marking over an image.
 *
 * 1. What a root points to at its start, and what such a block points to at its start, is
 * reachable. 2. What is pointed into anywhere else, from there or from another such block, is
 * possibly lost. Known good interior pointers count as pointers to the start (leak/heuristic.h). 3.
 * Of what is left, a block that no other leads to is definitely lost and all that it leads to
 * indirectly; of a ring one block is definitely lost.
 *
 * Work waits in a list of its own, 4 bytes a block, so that a list of millions of nodes needs no
 * stack. */
#pragma once

#include "leak/image.h"

struct reach_options {
  unsigned roots; /* bits 1 << enum root_class */
  bool unaligned; /* pointers may lie at any address, not only at multiples of 8 */
};

/* Sets state and via of all blocks. */
struct error *reach_mark(struct image *image, const struct reach_options *options);

/* The block that a word points to, and whether it counts as its start; BLOCK_NONE if there is none.
 */
uint32_t reach_target(struct image *image, uint64_t word, bool *is_start);
