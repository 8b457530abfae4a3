/* Allocators that are compiled into a program or library. Its own calls reach them directly, so a
 * preloaded library does not see these calls, whatever the functions are called.
 *
 * A pointer to a struct linked_allocator is the whole answer: NULL says that none was found. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct linked_allocator {
  const char *name;   /* "jemalloc", "mimalloc", ...; "an allocator" for one unknown */
  const char *remedy; /* what to do */
};

/* By a function that the file defines (malloc, _rjem_malloc, mi_malloc, ...); NULL for any other.
 */
const struct linked_allocator *linked_allocator_of_function(const char *name);

/* By the messages in the constants of a stripped file, which has no other trace. */
const struct linked_allocator *linked_allocator_of_text(const void *text, size_t size);

/* Whether it is known by the function malloc alone. */
bool linked_allocator_is_plain(const struct linked_allocator *allocator);

/* Whether `a` says more than `b`, which may be NULL: a sanitizer's is known by more than its malloc
 * function, and one by its own name more than one that is only called malloc. */
bool linked_allocator_is_better(const struct linked_allocator *a, const struct linked_allocator *b);
