/* Pointers into the middle of a block that are as good as pointers to its start. They are the ones
 * that valgrind knows (memcheck's --leak-check-heuristics):
 *
 *   - a reference-counted std::string: to the characters, behind length, capacity and count;
 *   - new[]: behind the number of elements;
 *   - multiple inheritance: at a base class's table of virtual functions;
 *   - a 64-bit length in front (sqlite).
 * And one that valgrind does not know: glibc's trees. */
#pragma once

#include "leak/image.h"

/* glibc's tsearch keeps a node's colour in the lowest bit of its left pointer. A
 * node has 24 bytes, and the left pointer is its second word: the pointer counts in that word of
 * such a block alone, and only if it is one past the start of such a block. Without this rule the
 * block would be possibly lost, and never definitely. So the rule hides no definite leak. */
bool heuristic_is_tree_node(struct image *image, const struct block *from,
                            const struct block *block, uint64_t pointer);

bool heuristic_is_start(struct image *image, const struct block *block, uint64_t pointer);

/* A new[] of no elements that have destructors: the pointer is one past the end of a block that
 * holds the number 0 alone. */
bool heuristic_is_empty_array(struct image *image, const struct block *block, uint64_t pointer);
