#include "shim/store/object_table.h"

#include "shim/store/space.h"
#include "shim/sys/atomics.h"

#include <stddef.h>

/* Levels, oldest first; each has twice as many buckets as the one before:
 *
 *   level 0  [b][b][b][b]            a bucket: | 7 keys | overflowed | 7 objects |
 *   level 1  [b][b][b][b][b][b][b][b]            256 bytes, the keys in its first cache line
 *   ...
 *
 * An address has up to PROBES places in a level: its home bucket, then those that its stride leads
 * to.
 *
 * Adding tries the home bucket of the newest level, which has room nearly always; then all places
 * of the newest two levels; then it makes a level. A bucket that turns an object away is marked
 * `overflowed`, for good. Objects never move.
 *
 * Looking up goes from the newest level to the oldest, and within a level from place to place, but
 * never past a bucket that is not marked: no object was turned away there, so it is not further on.
 *
 * Each key is a little lock. 0 -> OBJECT_RESERVED -> address -> 0: the first step claims the place,
 * the second publishes the object that was written meanwhile, the third, a compare and swap,
 * decides which of two racing frees has it. A remover copies the object before it gives the place
 * back, so that the copy can be torn only if the block is freed twice at the same moment. */
enum { PROBES = 6 };

/* A bucket serves blocks of 128 bytes of address space: at most four of glibc's smallest. */
static inline uint64_t spread(const void *p) {
  uint64_t h = ((uintptr_t)p >> 7) * 0x9e3779b97f4a7c15ull;
  return h ^ h >> 32;
}

/* The probe sequence: an odd stride of the hash's own visits different buckets. */
static inline struct recording_bucket *bucket_at(unsigned level, uint64_t hash, unsigned probe) {
  char *chunk = __atomic_load_n(&chunk_address[TABLE_OBJECTS][level], __ATOMIC_ACQUIRE);
  uint64_t mask = chunk_elements(TABLE_OBJECTS, level) - 1;
  return (struct recording_bucket *)chunk + ((hash + probe * (hash >> 40 | 1)) & mask);
}

void object_table_prefetch(const void *p) {
  uint64_t levels = __atomic_load_n(&recording->table[TABLE_OBJECTS].count, __ATOMIC_RELAXED);
  __builtin_prefetch(bucket_at((unsigned)levels - 1, spread(p), 0), 1);
}

static inline bool add_to_bucket(struct recording_bucket *bucket, uint64_t key,
                                 const struct recording_object *object) {
  for (int i = 0; i < BUCKET_OBJECTS; i++) {
    if (__atomic_load_n(&bucket->key[i], __ATOMIC_RELAXED) ||
        !word_swap(&bucket->key[i], 0, OBJECT_RESERVED))
      continue;
    bucket->object[i] = *object;
    __atomic_store_n(&bucket->key[i], key, __ATOMIC_RELEASE);
    return true;
  }
  __atomic_store_n(&bucket->overflowed, 1, __ATOMIC_RELEASE);
  return false;
}

static bool add_to_level(unsigned level, uint64_t key, const struct recording_object *object) {
  uint64_t hash = spread((void *)key);
  for (unsigned probe = 0; probe < PROBES; probe++)
    if (add_to_bucket(bucket_at(level, hash, probe), key, object))
      return true;
  return false;
}

/* Older levels may have room again; when neither they nor the newest have, a larger one is made. */
static __attribute__((noinline)) bool add_elsewhere(const void *p,
                                                    const struct recording_object *object) {
  uint64_t *levels = &recording->table[TABLE_OBJECTS].count;
  for (;;) {
    uint64_t n = __atomic_load_n(levels, __ATOMIC_ACQUIRE);
    for (uint64_t level = n; level-- > 0 && level + 2 >= n;)
      if (add_to_level((unsigned)level, (uintptr_t)p, object))
        return true;
    if (!space_chunk(TABLE_OBJECTS, (unsigned)n)) {
      for (uint64_t level = n; level-- > 0;) /* no room to grow: any hole will do */
        if (add_to_level((unsigned)level, (uintptr_t)p, object))
          return true;
      return false;
    }
    word_swap(levels, n, n + 1);
  }
}

bool object_table_add(const void *p, const struct recording_object *object) {
  uint64_t levels = __atomic_load_n(&recording->table[TABLE_OBJECTS].count, __ATOMIC_ACQUIRE);
  struct recording_bucket *home = bucket_at((unsigned)levels - 1, spread(p), 0);
  return __builtin_expect(add_to_bucket(home, (uintptr_t)p, object), 1) || add_elsewhere(p, object);
}

static inline bool remove_from_bucket(struct recording_bucket *bucket, uint64_t key,
                                      struct recording_object *object) {
  for (int i = 0; i < BUCKET_OBJECTS; i++) {
    if (__atomic_load_n(&bucket->key[i], __ATOMIC_ACQUIRE) != key)
      continue;
    *object = bucket->object[i];
    return word_swap(&bucket->key[i], key, 0);
  }
  return false;
}

bool object_table_remove(const void *p, struct recording_object *object) {
  uint64_t hash = spread(p), key = (uintptr_t)p;
  for (uint64_t level = __atomic_load_n(&recording->table[TABLE_OBJECTS].count, __ATOMIC_ACQUIRE);
       level-- > 0;)
    for (unsigned probe = 0; probe < PROBES; probe++) {
      struct recording_bucket *bucket = bucket_at((unsigned)level, hash, probe);
      if (remove_from_bucket(bucket, key, object))
        return true;
      if (!__atomic_load_n(&bucket->overflowed, __ATOMIC_ACQUIRE))
        break;
    }
  return false;
}

static struct recording_object *find_in_bucket(struct recording_bucket *bucket, uint64_t key) {
  for (int i = 0; i < BUCKET_OBJECTS; i++)
    if (__atomic_load_n(&bucket->key[i], __ATOMIC_ACQUIRE) == key)
      return &bucket->object[i];
  return NULL;
}

struct recording_object *object_table_find(const void *p) {
  uint64_t hash = spread(p);
  for (uint64_t level = __atomic_load_n(&recording->table[TABLE_OBJECTS].count, __ATOMIC_ACQUIRE);
       level-- > 0;)
    for (unsigned probe = 0; probe < PROBES; probe++) {
      struct recording_bucket *bucket = bucket_at((unsigned)level, hash, probe);
      struct recording_object *object = find_in_bucket(bucket, (uintptr_t)p);
      if (object)
        return object;
      if (!__atomic_load_n(&bucket->overflowed, __ATOMIC_ACQUIRE))
        break;
    }
  return NULL;
}

static uint64_t n_levels(void) {
  return __atomic_load_n(&recording->table[TABLE_OBJECTS].count, __ATOMIC_ACQUIRE);
}

uint64_t object_table_room(void) {
  uint64_t room = 0;
  for (unsigned level = 0; level < n_levels(); level++)
    room += chunk_elements(TABLE_OBJECTS, level) * BUCKET_OBJECTS;
  return room;
}

void object_table_each(object_visit_fn *visit, void *context) {
  for (unsigned level = 0; level < n_levels(); level++) {
    const struct recording_bucket *bucket = (const void *)chunk_address[TABLE_OBJECTS][level];
    for (uint64_t left = chunk_elements(TABLE_OBJECTS, level); left; left--, bucket++)
      for (int i = 0; i < BUCKET_OBJECTS; i++) {
        uint64_t key = __atomic_load_n(&bucket->key[i], __ATOMIC_ACQUIRE);
        if (key > OBJECT_RESERVED)
          visit(context, key, &bucket->object[i]);
      }
  }
}
