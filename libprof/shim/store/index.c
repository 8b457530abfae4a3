#include "shim/store/index.h"

#include "shim/sys/atomics.h"
#include "shim/sys/sys.h"

#include <stddef.h>
#include <sys/mman.h>

/* tests/races tries growth with a small one. */
#ifndef INDEX_FIRST_SIZE
#define INDEX_FIRST_SIZE 1024
#endif

struct entry {
  uint64_t key; /* 0: free */
  uint32_t value, pad;
};

struct index_table {
  uint64_t mask, used;
  uint64_t size; /* in bytes */
  struct entry entry[];
};

static struct index_table *table_create(uint64_t entries) {
  size_t size = sizeof(struct index_table) + entries * sizeof(struct entry);
  long address = sys(SYS_mmap, 0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (sys_failed(address))
    return NULL;
  struct index_table *table = (void *)address;
  table->mask = entries - 1;
  table->size = size;
  return table;
}

static struct entry *probe(struct index_table *table, uint64_t key, bool *mine) {
  for (uint64_t i = key;; i++) {
    struct entry *entry = &table->entry[i & table->mask];
    uint64_t there = __atomic_load_n(&entry->key, __ATOMIC_ACQUIRE);
    if (there == key)
      return entry;
    if (there)
      continue;
    if (word_swap(&entry->key, 0, key)) {
      counter_add(&table->used, 1);
      *mine = true;
      return entry;
    }
    i--; /* someone else took it: look at it again, it may be ours */
  }
}

/* The next table, twice as large, with what is published so far. False while another thread makes
 * it. */
static bool grow(struct index *index, struct index_table *old) {
  if (__atomic_exchange_n(&index->growing, 1, __ATOMIC_ACQUIRE))
    return false;
  struct index_table *table =
      index->table == old ? table_create(old ? (old->mask + 1) * 2 : INDEX_FIRST_SIZE) : NULL;
  if (table && old) {
    bool mine;
    for (uint64_t i = 0; i <= old->mask; i++) {
      uint32_t value = __atomic_load_n(&old->entry[i].value, __ATOMIC_ACQUIRE);
      if (value != INDEX_PENDING)
        probe(table, __atomic_load_n(&old->entry[i].key, __ATOMIC_RELAXED), &mine)->value = value;
    }
  }
  if (table)
    __atomic_store_n(&index->table, table, __ATOMIC_RELEASE);
  __atomic_store_n(&index->growing, 0, __ATOMIC_RELEASE);
  return true;
}

static uint64_t used(const struct index_table *table) {
  return __atomic_load_n(&table->used, __ATOMIC_RELAXED);
}

static bool has_room(const struct index_table *table) {
  return table && used(table) <= table->mask - table->mask / 8;
}

uint32_t *index_find(struct index *index, uint64_t key, bool *mine) {
  struct index_table *table = __atomic_load_n(&index->table, __ATOMIC_ACQUIRE);
  if (!table || used(table) > table->mask / 2) {
    /* Without memory to grow, a table is used until it is nearly full. While one thread makes the
     * next table, the others go on with this one as long as it has room, and then wait: they must
     * not fail, because callers remember a failure for good. */
    while (!grow(index, table) &&
           !has_room(table = __atomic_load_n(&index->table, __ATOMIC_ACQUIRE)))
      sys(SYS_sched_yield);
    table = __atomic_load_n(&index->table, __ATOMIC_ACQUIRE);
  }
  *mine = false;
  if (!has_room(table))
    return NULL;
  return &probe(table, key ? key : 1, mine)->value;
}

uint32_t index_wait(const uint32_t *entry) {
  uint32_t value;
  while ((value = __atomic_load_n(entry, __ATOMIC_ACQUIRE)) == INDEX_PENDING)
    sys(SYS_sched_yield);
  return value;
}

void index_reset(struct index *index) {
  if (index->table)
    sys(SYS_munmap, index->table, index->table->size);
  index->table = NULL;
  index->growing = 0;
}
