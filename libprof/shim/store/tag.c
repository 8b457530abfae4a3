#include "shim/store/tag.h"

#include "shim/store/index.h"
#include "shim/store/space.h"
#include "shim/sys/atomics.h"

#include <stddef.h>

static struct index tags;

void tag_reset(void) {
  index_reset(&tags);
}

/* Cut at a character's beginning. */
static void copy(char *to, const char *from, size_t size) {
  size_t n = 0;
  while (n < size - 1 && from[n])
    n++;
  if (from[n])
    while (n && ((unsigned char)from[n] & 0xc0) == 0x80)
      n--;
  __builtin_memcpy(to, from, n);
  to[n] = '\0';
}

static uint64_t hash_text(uint64_t h, const char *s) {
  for (; *s; s++)
    h = (h ^ (unsigned char)*s) * 0x100000001b3ull;
  return (h ^ 0xff) * 0x9e3779b97f4a7c15ull;
}

static uint32_t make(const struct recording_tag *wanted) {
  uint64_t at = table_take(TABLE_TAGS, 1);
  if (at >= TAGS_MOST)
    return INDEX_FAILED;
  struct recording_tag *tag = table_at(TABLE_TAGS, at);
  __builtin_memcpy((char *)tag + sizeof(tag->state), (const char *)wanted + sizeof(tag->state),
                   sizeof(*tag) - sizeof(tag->state));
  __atomic_store_n(&tag->state, 1, __ATOMIC_RELEASE);
  return (uint32_t)at + 1;
}

/* Once the table is full the index is not asked any more: it would remember every new text. */
static bool is_full(void) {
  return __atomic_load_n(&recording->table[TABLE_TAGS].count, __ATOMIC_RELAXED) >= TAGS_MOST;
}

uint16_t tag_intern(uint16_t parent, const char *key, const char *value) {
  struct recording_tag tag = {.parent = parent};
  copy(tag.key, key, sizeof(tag.key));
  copy(tag.value, value, sizeof(tag.value));
  bool mine = false;
  uint64_t h = hash_text(hash_text(0xcbf29ce484222325ull + parent, tag.key), tag.value);
  uint32_t *entry = is_full() ? NULL : index_find(&tags, h ^ h >> 32, &mine);
  uint32_t value_of = !entry ? INDEX_FAILED : mine ? INDEX_PENDING : index_wait(entry);
  if (value_of == INDEX_PENDING)
    index_publish(entry, value_of = make(&tag));
  if (value_of != INDEX_FAILED)
    return (uint16_t)value_of;
  counter_add(&recording->dropped[DROP_LIMIT], 1);
  return parent;
}
