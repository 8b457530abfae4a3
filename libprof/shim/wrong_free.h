/* Frees of what is no live block: a second free, the inside of a block, the stack, a module's data.
 * Only where everything is recorded.
 *
 * Nothing is prevented: the call goes on to the allocator, which does what it does alone. What is
 * told must be so: where the live blocks are not known for certain (something was dropped, or an
 * allocator whose own interface gives out blocks that free takes, too: mi_malloc, mallocx), only
 * addresses that cannot be a block are told. Pointers that are unknown for any other reason pass in
 * silence. */
#pragma once

#include "common/layout.h"

#include <stdbool.h>

/* Blocks that were freed of late, by address; exact mode. `stacks`: with the stacks of their frees.
 */
void wrong_free_watch(bool stacks);
extern bool wrong_free_watched __attribute__((visibility("hidden")));

/* The recorded block at p is about to be freed (or has moved) by the caller of the interposed
 * function with this frame. */
void wrong_free_remember(const void *p, const struct recording_object *object, const void *frame);

/* p, not NULL and in no table of live blocks, is about to be freed or reallocated. */
void wrong_free_check(const void *p, const void *frame);

/* After fork, in the child: sites and stacks of the parent's mean nothing here. */
void wrong_free_forget(void);
