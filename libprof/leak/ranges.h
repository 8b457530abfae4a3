/* Sets of address ranges: sorted, disjoint, half-open. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct range {
  uint64_t start, end;
};

struct ranges {
  struct range *data;
  size_t count, capacity;
  size_t sorted; /* the first so many are; the others were added since the last ranges_sort */
};

void ranges_deinit(struct ranges *ranges);

/* Adds [start, end), empty ones excepted; false when memory is exhausted. ranges_sort before the
 * set is asked. */
bool ranges_add(struct ranges *ranges, uint64_t start, uint64_t end);

/* Sorts, and joins what overlaps or touches. A few ranges that were added to many take the time of a
 * search and a move each: a program of 10,000 threads adds one for each, and asks in between. */
void ranges_sort(struct ranges *ranges);

/* Whether the address is in the set. */
bool ranges_hold(const struct ranges *ranges, uint64_t address);

/* The end of the range that holds the address; 0 if no range does. */
uint64_t ranges_end(const struct ranges *ranges, uint64_t address);

/* Adds to `ret` the parts of [start, end) that are not in `hidden`. */
bool ranges_add_rest(struct ranges *ret, uint64_t start, uint64_t end, const struct ranges *hidden);
