#include "shim/store/index.h"

#include "shim/sys/atomics.h"
#include "shim/sys/sandbox.h"
#include "shim/sys/sys.h"

#include <stddef.h>
#include <sys/mman.h>

/* tests/races tries growth with a small one. */
#ifndef INDEX_FIRST_SIZE
#define INDEX_FIRST_SIZE 1024
#endif

/* An entry is a key and, behind all keys, a value: 12 bytes and not the 16 of a struct of both. */
struct index_table {
  uint64_t mask, used;
  uint64_t size;  /* in bytes */
  uint64_t key[]; /* 0: free */
};

static uint32_t *value_at(struct index_table *table, uint64_t i) {
  return (uint32_t *)(table->key + table->mask + 1) + i;
}

static struct index_table *table_create(uint64_t entries) {
  size_t size = sizeof(struct index_table) + entries * (sizeof(uint64_t) + sizeof(uint32_t));
  long address = sys(SYS_mmap, 0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (sys_failed(address))
    return NULL;
  struct index_table *table = (void *)address;
  table->mask = entries - 1;
  table->size = size;
  return table;
}

static uint32_t *probe(struct index_table *table, uint64_t key, bool *mine) {
  for (uint64_t i = key & table->mask;; i = (i + 1) & table->mask) {
    uint64_t there = __atomic_load_n(&table->key[i], __ATOMIC_ACQUIRE);
    if (!there && word_swap(&table->key[i], 0, key)) {
      counter_add(&table->used, 1);
      *mine = true;
      return value_at(table, i);
    }
    /* Someone else took it: it may be ours. */
    if (!there)
      there = __atomic_load_n(&table->key[i], __ATOMIC_ACQUIRE);
    if (there == key)
      return value_at(table, i);
  }
}

/* A table that is not used any more gives its memory back and stays mapped. Whoever still reads
 * it finds free entries, or an entry whose value is gone, which it makes again as it would after
 * a wait in vain. An entry that it adds is lost from the index alone. The first page stays,
 * because a search goes by the mask in it. Not munmap: the reader could not tell. */
static void give_back(struct index_table *table) {
  enum { PAGE = 4096 };
  if (table->size > PAGE)
    sys(SYS_madvise, (char *)table + PAGE, table->size - PAGE, MADV_DONTNEED);
}

/* The next table, twice as large, with what is published so far; false without memory. Under the
 * lock. */
static bool grow(struct index *index, struct index_table *old) {
  if (index->table != old)
    return true; /* another thread has grown it */
  struct index_table *table = table_create(old ? (old->mask + 1) * 2 : INDEX_FIRST_SIZE);
  if (table && old) {
    bool mine;
    for (uint64_t i = 0; i <= old->mask; i++) {
      uint32_t value = __atomic_load_n(value_at(old, i), __ATOMIC_ACQUIRE);
      if (value != INDEX_PENDING)
        *probe(table, __atomic_load_n(&old->key[i], __ATOMIC_RELAXED), &mine) = value;
    }
  }
  if (table)
    __atomic_store_n(&index->table, table, __ATOMIC_RELEASE);
  if (table && old)
    give_back(old);
  return table != NULL;
}

static uint64_t used(const struct index_table *table) {
  return __atomic_load_n(&table->used, __ATOMIC_RELAXED);
}

static bool has_room(const struct index_table *table) {
  return table && used(table) <= table->mask - table->mask / 8;
}

/* A table with room: grown, or as it is while another thread grows it; NULL without memory. Threads
 * wait for one that grows the table only once this one has no room: they must not fail, because
 * callers remember a failure for good. */
static struct index_table *grown(struct index *index, struct index_table *table) {
  bool can_grow = true;
  while (can_grow) {
    struct lock_hold hold;
    bool room = has_room(table);
    if (room ? lock_try(&index->growing, &hold) : lock_take(&index->growing, &hold)) {
      can_grow = grow(index, table);
      lock_give(&index->growing, &hold);
    } else if (room)
      return table;
    else
      can_grow = false;
    table = __atomic_load_n(&index->table, __ATOMIC_ACQUIRE);
    if (has_room(table))
      return table;
  }
  return NULL;
}

uint32_t *index_find(struct index *index, uint64_t key, bool *mine) {
  struct index_table *table = __atomic_load_n(&index->table, __ATOMIC_ACQUIRE);
  if (!table || used(table) > table->mask / 2)
    table = grown(index, table);
  *mine = false;
  return table ? probe(table, key ? key : 1, mine) : NULL;
}

uint32_t index_wait(const uint32_t *entry) {
  enum { PATIENCE = 200 };
  uint32_t value = __atomic_load_n(entry, __ATOMIC_ACQUIRE);
  for (int i = 0; value == INDEX_PENDING && i < PATIENCE; i++) {
    sys(SYS_sched_yield);
    value = __atomic_load_n(entry, __ATOMIC_ACQUIRE);
  }
  return value;
}

void index_reset(struct index *index) {
  if (index->table && !sandboxed())
    sys(SYS_munmap, index->table, index->table->size);
  index->table = NULL;
  lock_reset(&index->growing);
}
