/* Frees of what is no live block: a second free, the inside of a block, the stack, a module's data,
 * an address where no block can be. Only where everything is recorded.
 *
 * Nothing is prevented: the call goes on to the allocator, which does what it does alone.
 *
 * A report must be right. The live blocks are not known for certain where something was dropped,
 * and where another allocator than glibc's gives out blocks. There the shim reports only addresses
 * that cannot be a block. It is silent about pointers that are unknown for any other reason. */
#pragma once

#include "common/layout.h"

#include <stdbool.h>

/* From now on. `stacks`: those of frees are kept. */
void wrong_free_watch(bool stacks);
extern bool wrong_free_watched __attribute__((visibility("hidden")));
extern bool wrong_free_stacks __attribute__((visibility("hidden")));

/* From now on blocks may be given out that the shim does not see. */
void wrong_free_bypassed(void);

/* The stack of who called the interposed function with this frame, as an index into TABLE_STACKS;
 * WRONG_FREE_NONE where there is no room for it, or a signal handler came in the midst of another
 * walk. */
uint32_t wrong_free_stack(const void *frame);

/* The block at p, of this site, was just taken out of the live objects. Its granule
 * keeps the free. Where it had none, NULL, the free goes to a table of the most recent ones. */
void wrong_free_remember(const void *p, struct recording_granule *granule, uint32_t site,
                         const void *frame);

/* Whether the tables of live blocks are right: nothing was dropped, and no block can have come from
 * a function that the shim does not see. */
bool wrong_free_tables_hold(void);

/* Reports a wrong call; its stack, time and thread are filled in. */
void wrong_free_tell(struct recording_wrong_free *call, const void *frame);

/* p, not NULL and in no table of live blocks, is about to be freed or reallocated. The caller has
 * looked it up there, so that the session has begun. */
void wrong_free_check(const void *p, const void *frame);

/* After fork, in the child: sites and stacks of the parent's mean nothing here. */
void wrong_free_forget(void);
