/* The lists that a leak check from outside reads beside the recording (common/leak_lists.h). */
#pragma once

#include "common/leak_lists.h"

#include <stdbool.h>

extern struct leak_lists leak_lists __attribute__((visibility("hidden")));

/* Writes the lists' address into a new recording. */
void leak_lists_publish(void);

/* Adds a range to the array at *array with *n entries in use. Any thread. False when there
 * is no room. */
bool leak_list_add(uint64_t *array, uint64_t *n, uint64_t start, uint64_t size);

/* Removes the entry with this start; false if the list has no such entry. */
bool leak_list_remove(uint64_t array, uint64_t n, uint64_t start);
