/* /proc/self/maps without libc: read in pieces into a small buffer on the stack. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The mapping that holds `address`: its range, and its path cut to `size` bytes ("" if it has
 * none). False if there is none or the file cannot be read. */
bool maps_find(uintptr_t address, uintptr_t *low, uintptr_t *high, char *path, size_t size);
