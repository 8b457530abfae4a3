#include "model/hash_index.h"

#include <stdlib.h>

enum { FIRST_SLOTS = 64 };

/* The hash goes into 32 bits of a slot; fold it so that none of it is lost. */
static uint32_t fold(uint64_t hash) {
  return (uint32_t)(hash ^ (hash >> 32));
}

static uint64_t make_slot(uint32_t hash, uint32_t index) {
  return (uint64_t)hash << 32 | (index + 1);
}

void hash_index_deinit(struct hash_index *table) {
  free(table->slots);
  *table = (struct hash_index)HASH_INDEX_INIT;
}

uint32_t hash_index_find(const struct hash_index *table, uint64_t hash64, hash_index_equal *equal,
                         const void *context, const void *key) {
  uint32_t hash = fold(hash64);
  for (size_t i = hash; table->n_slots; i++) {
    uint64_t slot = table->slots[i & (table->n_slots - 1)];
    if (!slot)
      break;
    uint32_t index = (uint32_t)slot - 1;
    if (slot >> 32 == hash && equal(context, index, key))
      return index;
  }
  return HASH_INDEX_NONE;
}

static void place(uint64_t *slots, size_t n_slots, uint64_t slot) {
  size_t i = slot >> 32;
  while (slots[i & (n_slots - 1)])
    i++;
  slots[i & (n_slots - 1)] = slot;
}

static bool grow(struct hash_index *table) {
  size_t n_slots = table->n_slots ? table->n_slots * 2 : FIRST_SLOTS;
  uint64_t *slots = calloc(n_slots, sizeof(*slots));
  if (!slots)
    return false;
  for (size_t i = 0; i < table->n_slots; i++)
    if (table->slots[i])
      place(slots, n_slots, table->slots[i]);
  free(table->slots);
  table->slots = slots;
  table->n_slots = n_slots;
  return true;
}

bool hash_index_add(struct hash_index *table, uint64_t hash, uint32_t index) {
  if (table->count >= table->n_slots / 4 * 3 && !grow(table))
    return false;
  place(table->slots, table->n_slots, make_slot(fold(hash), index));
  table->count++;
  return true;
}
