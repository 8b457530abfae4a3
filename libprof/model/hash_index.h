/* A hash table of array indices: the caller's array holds the keys, the table finds a key's place.
 *
 * Open addressing, 8 bytes a slot, at most 3/4 full. Nothing is ever removed. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hash_index {
  uint64_t *slots; /* upper half: hash, lower half: index + 1; 0 is free */
  size_t n_slots;  /* 0 or a power of two */
  size_t count;
};

#define HASH_INDEX_INIT                                                                            \
  { 0 }
#define HASH_INDEX_NONE UINT32_MAX

void hash_index_deinit(struct hash_index *table);

/* Whether the entry at `index` of the caller's array has the key `key`. */
typedef bool hash_index_equal(const void *context, uint32_t index, const void *key);

/* The index that is entered under this key; HASH_INDEX_NONE without one. */
uint32_t hash_index_find(const struct hash_index *table, uint64_t hash, hash_index_equal *equal,
                         const void *context, const void *key);

/* Enters `index` under `hash`, which must not be HASH_INDEX_NONE and whose key must not be there
 * yet. False when memory is exhausted. */
bool hash_index_add(struct hash_index *table, uint64_t hash, uint32_t index);

#define _cleanup_hash_index_ __attribute__((cleanup(hash_index_deinit)))
