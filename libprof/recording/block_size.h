/* The memory that allocators take for a block: their size classes.
 *
 * The tables are those of glibc 2.36, jemalloc 5.3, gperftools' tcmalloc 2.10 and mimalloc 2.0; a
 * test holds them against malloc_usable_size of each. Other versions differ little. */
#pragma once

#include <stdint.h>

/* Bytes that a block of `size` bytes takes, never fewer than size. `allocator` is one of
 * address_space_allocator's names; glibc's figure includes the words before a block. A size of
 * 2^62 or more takes itself. */
uint64_t block_size(const char *allocator, uint64_t size);
