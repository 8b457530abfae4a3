/* Every interleaving (schedule.h) of a few operations on the shim's tables. Speaks TAP. */
#include "schedule.h"

#include "shim/store/index.h"
#include "shim/store/kept.h"
#include "shim/store/object_table.h"
#include "shim/store/shadow.h"
#include "shim/store/space.h"

#include <string.h>

/* The index. A value says by whom it was made, and of which key. */

static struct index table;
static unsigned made[8];

static void begin_index(void) {
  index_reset(&table);
  memset(made, 0, sizeof(made));
}

static uint32_t find_or_make(uint64_t key) {
  bool mine;
  uint32_t *entry = index_find(&table, key, &mine);
  require(entry != NULL, "the index has no room");
  uint32_t value = mine ? INDEX_PENDING : index_wait(entry);
  if (value == INDEX_PENDING) {
    made[key]++;
    step();
    index_publish(entry, value = (uint32_t)(100 + key));
  }
  require(value == 100 + key, "a key has another's value");
  return value;
}

static void same_key(unsigned self) {
  (void)self;
  find_or_make(1);
}

static void check_same_key(void) {
  require(made[1] == 1, "two threads made one element");
}

/* Half full: the next to come makes a larger table. */
static void begin_half_full(void) {
  begin_index();
  for (uint64_t key = 1; key <= 3; key++)
    find_or_make(key);
}

static void grow_meanwhile(unsigned self) {
  find_or_make(4 + self);
  find_or_make(2);
}

static void check_grown(void) {
  require(made[2] == 1, "growth lost what was published before it began");
  for (uint64_t key = 4; key < 4 + n_threads; key++)
    find_or_make(key); /* one that was added to the old table meanwhile may be made again */
}

/* The table of live objects: one bucket at the first level has one place left. */

static struct recording_header header;
static struct recording_bucket buckets[2][256];
static bool level_made;

struct recording_header *recording = &header;
char *chunk_address[TABLE_COUNT][RECORDING_MAX_CHUNKS];

/* Space that does not end, and without a lock: the lock is not what is tried here. */
bool space_chunk(enum recording_table_id id, unsigned k) {
  step();
  if (id != TABLE_OBJECTS || k > 1)
    return false;
  level_made |= k == 1;
  chunk_address[id][k] = (char *)buckets[k];
  return true;
}

static struct recording_leaf leaves[4];
static uint64_t n_leaves;

uint64_t space_take_leaf(enum recording_table_id id) {
  step();
  return id == TABLE_LEAVES ? n_leaves++ : TABLE_FULL;
}

bool space_has_leaf(enum recording_table_id id, uint64_t i) {
  return id == TABLE_LEAVES && i < n_leaves;
}

static void *block(unsigned i) {
  return (void *)(uintptr_t)(0x100000 + 16 * i);
}

static struct recording_object object_of(unsigned i) {
  return (struct recording_object){.size = 1000 + i, .time = 7, .site = 50 + i};
}

static void object_add(unsigned i) {
  struct recording_object object = object_of(i);
  require(object_table_add(block(i), &object), "a block finds no place");
}

static void take_out(unsigned i) {
  struct recording_object object;
  require(object_table_remove(block(i), &object), "a live block is not there");
  require(object.size == 1000 + i && object.site == 50 + i, "a block has another's record");
}

static void begin_objects(void) {
  memset(&header, 0, sizeof(header));
  memset(buckets, 0, sizeof(buckets));
  memset(chunk_address, 0, sizeof(chunk_address));
  header.table[TABLE_OBJECTS].count = 1;
  chunk_address[TABLE_OBJECTS][0] = (char *)buckets[0];
  level_made = false;
  for (unsigned i = 0; i < BUCKET_OBJECTS - 1; i++)
    object_add(i);
}

static void add_and_take_out(unsigned self) {
  object_add(BUCKET_OBJECTS - 1 + self);
  take_out(self);
  take_out(BUCKET_OBJECTS - 1 + self);
}

static void check_objects(void) {
  for (unsigned i = n_threads; i < BUCKET_OBJECTS - 1; i++)
    take_out(i);
}

/* A reader meanwhile, as it goes through the table: it meets whole records only. */
static void see(void *context, uint64_t address, const struct recording_object *object) {
  unsigned i = (unsigned)(address - 0x100000) / 16;
  (void)context;
  require(object->size == 1000 + i && object->site == 50 + i, "a reader meets half a record");
}

static void add_or_read(unsigned self) {
  if (self) {
    object_add(BUCKET_OBJECTS - 1);
    take_out(0);
    return;
  }
  const struct recording_bucket *b = buckets[0];
  for (unsigned k = 0; k < 256; k++)
    for (unsigned i = 0; i < BUCKET_OBJECTS; i++) {
      bool used = b[k].key[i] || b[k].overflowed;
      uint64_t key = used ? (step(), b[k].key[i]) : 0;
      if (key > OBJECT_RESERVED)
        see(NULL, key, &b[k].object[i]);
    }
}

static void check_nothing(void) {}

/* One block is freed by two threads at once: one of them finds it. */
static unsigned found;

static void begin_double(void) {
  begin_objects();
  found = 0;
}

static void take_out_same(unsigned self) {
  struct recording_object object;
  (void)self;
  found += object_table_remove(block(1), &object);
}

static void check_found_once(void) {
  require(found == 1, "a block was found more or less than once");
}

/* The shadow: two threads come to a leaf that is not there. */
static void begin_shadow(void) {
  memset(&header, 0, sizeof(header));
  memset(leaves, 0, sizeof(leaves));
  n_leaves = 0;
  chunk_address[TABLE_LEAVES][0] = (char *)leaves;
  shadow_reset();
  shadow_begin(GRANULE_SHIFT_LEAST);
}

static void fill_granule(unsigned self) {
  struct recording_object object = {.size = 20 + self, .time = 1 << 21, .site = self}, found_object;
  struct recording_granule *granule;
  require(shadow_add(block(self), &object), "a granule finds no leaf");
  require(shadow_remove(block(self), &found_object, &granule), "a live block is not in the shadow");
  require(found_object.size == 20 + self && found_object.site == self,
          "a granule has another's record");
  require(shadow_add(block(self), &object), "a granule finds no leaf");
}

static void check_shadow(void) {
  unsigned published = 0;
  for (uint64_t i = 0; i < n_leaves; i++)
    published += leaves[i].start != 0;
  require(published == 1, "two leaves stand for one place, or none does");
  for (unsigned i = 0; i < n_threads; i++) {
    struct recording_object object;
    struct recording_granule *granule;
    require(shadow_remove(block(i), &object, &granule), "a live block is not in the shadow");
  }
}

/* Words that two threads are about to change, each after it has kept them, and a reader of what they
 * were before. */
enum { WORDS = 2 };
static uint64_t words[WORDS], kept_words[WORDS];
static uint8_t kept;

static void begin_kept(void) {
  kept = 0;
  for (unsigned i = 0; i < WORDS; i++)
    words[i] = 1;
}

static void keep_and_change(unsigned self) {
  uint64_t was[WORDS];
  if (self) {
    kept_keep(words, kept_words, &kept, WORDS);
    for (unsigned i = 0; i < WORDS; i++)
      __atomic_store_n(&words[i], 10 * self, __ATOMIC_RELAXED);
    return;
  }
  kept_read(words, kept_words, &kept, WORDS, was);
  for (unsigned i = 0; i < WORDS; i++)
    require(was[i] == 1, "a reader meets what was changed later");
}

static const struct scenario scenarios[] = {
    {"two threads make one element of an index", 2, begin_index, same_key, check_same_key},
    {"three threads make one element of an index", 3, begin_index, same_key, check_same_key},
    {"two threads add to an index that grows", 2, begin_half_full, grow_meanwhile, check_grown},
    {"two threads add to a full bucket and take out", 2, begin_objects, add_and_take_out,
     check_objects},
    {"a reader and a thread that adds and takes out", 2, begin_objects, add_or_read, check_nothing},
    {"two threads free one block", 2, begin_double, take_out_same, check_found_once},
    {"two threads come to a leaf that is not there", 2, begin_shadow, fill_granule, check_shadow},
    {"a reader of kept words and a thread that changes them", 2, begin_kept, keep_and_change,
     check_nothing},
    {"a reader of kept words and two threads that change them", 3, begin_kept, keep_and_change,
     check_nothing},
};

int main(void) {
  return explore_all(scenarios, sizeof(scenarios) / sizeof(*scenarios));
}
