/* The same as exact.h for blocks with a wide granule. They are fewer, and the program does more with
 * each: these are functions of their own, so that they take no room from the usual ones. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Records the allocation, for which wide_shadow_has is true, at the time `now`; false if its call is
 * not known, or its leaf is not there. Nothing has changed then. The thread is busy. */
bool wide_again(const void *p, size_t size, const void *frame, uint64_t now);

/* Records and counts the free of a block that has a wide granule; false for all other p. */
bool wide_free(const void *p, const void *frame);
