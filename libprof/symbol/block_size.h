/* Whether the size that a call of an allocator asks for is that of an array: a multiple that was
 * worked out as one, and not a sum such as that of a header and what comes after it. Private to the
 * types of blocks (symbol/block_type.h). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* `code` is the function from its entry to where the call returns to. It is read from top to bottom
 * without taking jumps. False also where it cannot be read. `element`: bytes of one, which calloc is
 * given as such. */
bool block_size_is_of_array(const uint8_t *code, size_t n, uint64_t entry, uint64_t element);
