/* The recording's file: made, grown and left.
 *
 * Growth needs no descriptor, so a program that closes them all or changes root stays recorded: the
 * file is made sparse and large, a new range of it is mapped by duplicating the last page mapped
 * (mremap with an old length of zero), and space is reserved by populating the range
 * (MADV_POPULATE_WRITE), which fails cleanly on a full file system where a touch would kill the
 * program with SIGBUS.
 *
 * Chunks are published in both `chunk_address` and the header and never move until the process
 * leaves the recording. One lock guards growth (sys/lock.h); its holder makes only raw system
 * calls, so it cannot come back through malloc. */
#pragma once

#include "common/layout.h"
#include "shim/sys/assert.h"

#include <stdbool.h>

/* NULL while no recording is mapped. */
extern struct recording_header *recording __attribute__((visibility("hidden")));
extern char *chunk_address[TABLE_COUNT][RECORDING_MAX_CHUNKS] __attribute__((visibility("hidden")));

/* Makes the file, which must not exist, with the first chunk of each table but those of histories;
 * 0 or -errno. The caller fills the header and publishes it by its magic. */
int space_create(const char *path);

/* A recording that this process no longer writes to. */
struct space_view {
  char *chunk[TABLE_COUNT][RECORDING_MAX_CHUNKS];
  struct {
    char *address;
    uint64_t size;
  } mapping[TABLE_COUNT * RECORDING_MAX_CHUNKS + 1];
  unsigned n_mappings;
};

/* After fork, in the child: there is no recording any more; what was mapped of the parent's moves
 * to *view. */
void space_detach(struct space_view *view);
void space_unmap(struct space_view *view);

/* Element i of a view's table, or NULL. */
const void *space_view_at(const struct space_view *view, enum recording_table_id id, uint64_t i);

/* Makes sure that chunk k of a table is there; false when it cannot be had (counted in `dropped`).
 */
bool space_chunk(enum recording_table_id id, unsigned k);

#define TABLE_FULL UINT64_MAX
/* Takes n elements that lie together (n at most table_first); the first one's index, or TABLE_FULL.
 */
uint64_t table_take(enum recording_table_id id, uint64_t n);

/* Takes a leaf of TABLE_LEAVES or TABLE_WIDE_LEAVES and makes sure that it can be touched;
 * TABLE_FULL if there is no room. */
uint64_t space_take_leaf(enum recording_table_id id);

/* Whether leaf i, which was taken, can be touched. */
bool space_has_leaf(enum recording_table_id id, uint64_t i);

/* The number of the leaf at this place; UINT64_MAX if none is there. */
uint64_t space_index_of(enum recording_table_id id, const void *leaf);

/* The place of element i, which must have been taken. */
static inline void *table_at(enum recording_table_id id, uint64_t i) {
  uint64_t place;
  unsigned k = chunk_of(id, i, &place);
  char *chunk = __atomic_load_n(&chunk_address[id][k], __ATOMIC_ACQUIRE);
  SHIM_ASSERT(chunk);
  return chunk + place * table_element_size(id);
}
