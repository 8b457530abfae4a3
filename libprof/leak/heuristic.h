/* Pointers into the middle of a block that are as good as pointers to its start. They are the ones
 * that valgrind knows (memcheck's --leak-check-heuristics):
 *
 *   - a reference-counted std::string: to the characters, behind length, capacity and count;
 *   - new[]: behind the number of elements;
 *   - multiple inheritance: at a base class's table of virtual functions;
 *   - a 64-bit length in front (sqlite). */
#pragma once

#include "leak/image.h"

bool heuristic_is_start(struct image *image, const struct block *block, uint64_t pointer);

/* A new[] of no elements that have destructors: the pointer is one past the end of a block that
 * holds the number 0 alone. */
bool heuristic_is_empty_array(struct image *image, const struct block *block, uint64_t pointer);
