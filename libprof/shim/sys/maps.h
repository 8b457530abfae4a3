/* /proc/self/maps without libc: read in pieces into a small buffer on the stack. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map {
  uintptr_t low, high; /* the addresses [low, high) */
  uint64_t offset;     /* of low in the file */
  bool readable;
};

/* The mapping that holds `address`, and its path cut to `size` bytes ("" if it has none). False if
 * no mapping does or the file cannot be read. */
bool maps_find(uintptr_t address, struct map *map, char *path, size_t size);
