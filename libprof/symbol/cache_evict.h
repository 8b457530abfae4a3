/* Keeps the symbol cache's directory within bounds. */
#pragma once

#include <stdint.h>

/* Removes the cache's files that were not used for longest (by time of change) until the rest take
 * at most max_bytes. Files of other names are left alone. Others may remove the same files
 * meanwhile. */
void symbol_cache_evict(const char *directory, uint64_t max_bytes);

/* The same, unless it was done here within the last minute: each look reads the whole directory, 25
 * ms where 10,000 files are. */
void symbol_cache_evict_seldom(const char *directory, uint64_t max_bytes);
