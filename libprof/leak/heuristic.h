/* Pointers into the middle of a block that are as good as pointers to its start, as valgrind knows
 * them (memcheck's --leak-check-heuristics): reference-counted std::string (pointer to the
 * characters, behind length, capacity and count), new[] (behind the number of elements), multiple
 * inheritance (at a base class's table of virtual functions), and 64-bit lengths in front (sqlite).
 */
#pragma once

#include "leak/image.h"

bool heuristic_is_start(struct image *image, const struct block *block, uint64_t pointer);

/* A new[] of no elements that have destructors: the pointer is one past the end of a block that
 * holds the number 0 alone. */
bool heuristic_is_empty_array(struct image *image, const struct block *block, uint64_t pointer);
