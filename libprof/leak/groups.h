/* Marked blocks, grouped by the stack that allocated them. Indirectly lost blocks are also told
 * apart by the stack of the block that lost them, because they are suppressed with it. */
#pragma once

#include "leak/blocks.h"
#include "model/hash_index.h"
#include "model/leak_kinds.h"

#define GROUP_NONE UINT32_MAX
#define GROUP_THREADS UINT32_MAX /* several threads */

struct leak_group {
  uint32_t site; /* the first site of its stack */
  /* The first site of the stack of the definitely lost block that leads to these blocks; GROUP_NONE
   * unless they are indirectly lost. */
  uint32_t lost_by;
  bool has_age;
  int64_t values[2 * N_LEAK_KINDS];
  uint64_t oldest, newest; /* of those that are not reachable, if has_age */
  uint32_t thread; /* likewise: the number of the thread that allocated them, or GROUP_THREADS */
  uint32_t largest[N_LEAK_KINDS]; /* a block of each kind, or BLOCK_NONE */
};

struct leak_groups {
  struct leak_group *data;
  size_t count, capacity;
  /* Private. */
  const struct blocks *blocks;
  struct hash_index index;
  uint32_t *first_site, *leader;
  uint32_t *of_site; /* of each site: 1 + the group of its blocks that nothing lost; 0: none yet */
};

/* With `uncertain`, blocks that look definitely or indirectly lost count as possibly lost. */
struct error *leak_groups_make(const struct recording *recording, const struct blocks *blocks,
                               bool uncertain, struct leak_groups *ret);
void leak_groups_deinit(struct leak_groups *groups);

/* The first site of the stack that allocated a block. */
uint32_t leak_groups_site(const struct leak_groups *groups, uint32_t block);

enum leak_kind group_kind(const struct block *block, bool uncertain);
