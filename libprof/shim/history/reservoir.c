#include "shim/history/reservoir.h"

#include "shim/store/space.h"
#include "shim/sys/atomics.h"

#include <stddef.h>

/* All sites' together: 16 MiB. */
enum { HISTORIES_MOST = 1 << 16 };

static bool is_full(void) {
  return __atomic_load_n(&recording->table[TABLE_HISTORIES].count, __ATOMIC_RELAXED) >=
         HISTORIES_MOST;
}

/* The part's first element, made if it is not there. Two threads may make it at once: one of the
 * two is never used. */
static uint32_t make_part(uint32_t *part, unsigned k) {
  uint32_t first = __atomic_load_n(part, __ATOMIC_ACQUIRE);
  if (first)
    return first - 1;
  uint64_t taken = is_full() ? TABLE_FULL : table_take(TABLE_HISTORIES, reservoir_part_size(k));
  if (taken == TABLE_FULL)
    return UINT32_MAX;
  return __atomic_compare_exchange_n(part, &first, (uint32_t)taken + 1, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE)
             ? (uint32_t)taken
             : first - 1;
}

static struct recording_reservoir *reservoir_of(uint32_t site) {
  uint64_t place;
  return space_chunk(TABLE_RESERVOIRS, chunk_of(TABLE_RESERVOIRS, site, &place))
             ? table_at(TABLE_RESERVOIRS, site)
             : NULL;
}

/* A number below n, another for each birth. */
static uint64_t choose(uint64_t random, uint64_t n) {
  uint64_t h = (random ^ n) * 0x9e3779b97f4a7c15ull;
  h = (h ^ h >> 32) * 0xd6e8feb86659fd93ull;
  h ^= h >> 32;
  return (uint64_t)((unsigned __int128)h * n >> 64);
}

uint32_t reservoir_place(uint32_t site, uint64_t random) {
  struct recording_reservoir *reservoir = reservoir_of(site);
  if (!reservoir)
    return UINT32_MAX;
  uint64_t births = counter_sum(&reservoir->births, 1);
  uint64_t at = births <= HISTORIES_OF_SITE ? births - 1 : choose(random, births);
  uint32_t place;
  if (at >= HISTORIES_OF_SITE)
    return UINT32_MAX;
  unsigned k = reservoir_part((uint32_t)at, &place);
  uint32_t first = make_part(&reservoir->part[k], k);
  return first == UINT32_MAX ? UINT32_MAX : first + place;
}

uint32_t reservoir_births(uint32_t site) {
  const struct recording_reservoir *reservoir = table_at(TABLE_RESERVOIRS, site);
  return (uint32_t)__atomic_load_n(&reservoir->births, __ATOMIC_RELAXED);
}
