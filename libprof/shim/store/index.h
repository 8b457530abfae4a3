/* A growing hash table from a 64-bit key to a 32-bit value, in private memory: how stacks and sites
 * are found again. Keys are hashes of what they stand for; two different stacks meet in one key
 * with a chance of n^2 / 2^65, one in 37 million for a million stacks.
 *
 * Readers take no lock. An entry is reserved by its key and published by its value. A thread that
 * finds the key without the value waits a little for the thread that is making it. The other thread
 * may be gone, or may not get the processor while this one runs: then this one makes the value,
 * too. Growth copies into a table twice as large. The old one stays mapped for those still
 * reading it, without memory of its own after its first page. An entry that is added to it, or was
 * being added, is lost from the index alone, and the same stack or site is then made once more,
 * which readers of the recording add up. */
#pragma once

#include "shim/sys/lock.h"

#include <stdbool.h>
#include <stdint.h>

#define INDEX_PENDING 0u
#define INDEX_FAILED UINT32_MAX

struct index_table;
struct index {
  struct index_table *table;
  struct lock growing;
};

/* The entry of `key`: *mine says that the caller just reserved it and must call index_publish with
 * a value other than INDEX_PENDING (INDEX_FAILED when it could not be made). NULL when memory is
 * exhausted. */
uint32_t *index_find(struct index *index, uint64_t key, bool *mine);

static inline void index_publish(uint32_t *entry, uint32_t value) {
  __atomic_store_n(entry, value, __ATOMIC_RELEASE);
}

/* The entry's value, waiting for the thread that makes it. INDEX_PENDING if that takes too long:
 * the caller must then call index_publish, as if the entry were its own. */
uint32_t index_wait(const uint32_t *entry);

/* After fork, in the child: forgets everything. */
void index_reset(struct index *index);
