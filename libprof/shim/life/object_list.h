/* Live objects one after another, packed: a fork's copy of what is known.
 *
 * A copy is made while the program waits for its fork, and most of its time is that of making
 * pages. So an object takes one word: site, size, and how far behind a base it lies, in units of 8
 * bytes. A word with the top bit set is a base; an object of more than 128 KiB has a second word,
 * its size. Blocks that are neighbours in the heap share a base. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An object without the time and the thread, which say nothing in another process. */
struct listed_object {
  uint64_t address, size;
  uint32_t site;
};

/* All zero: an empty list without memory. */
struct object_list {
  uint64_t *words;
  uint64_t count, room; /* words */
  uint64_t made;        /* words that there are pages for */
  uint64_t base;
};

/* Room for so many objects; false without memory. Only pages that are used are ever touched. */
bool object_list_make(struct object_list *list, uint64_t objects);

/* Adds one, unless there is no room. The address has no bit above 62. */
void object_list_add(struct object_list *list, const struct listed_object *object);

/* Gives the memory back, and leaves an empty list. */
void object_list_discard(struct object_list *list);

/* All zero: before the first. */
struct object_list_cursor {
  uint64_t word, base;
};

/* The next object; false after the last. */
bool object_list_next(const struct object_list *list, struct object_list_cursor *cursor,
                      struct listed_object *ret);
