/* The blocks whose histories are being kept, by address: a free asks here first.
 *
 * A fixed table in the shim's own memory, lock-free. A block has one owner at a time (see
 * store/objects.h), so nobody adds or takes an address while another does. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* False if there is no room for it. */
bool watched_add(const void *p, uint32_t history);

/* Takes p out; false if it is not there. */
bool watched_take(const void *p, uint32_t *history);

/* After fork, in the child. */
void watched_forget(void);
