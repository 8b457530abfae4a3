#include "leak/groups.h"

#include "base/vector.h"

#include <stdlib.h>

enum leak_kind group_kind(const struct block *block, bool uncertain) {
  static const enum leak_kind kinds[] = {[BLOCK_UNREACHED] = LEAK_DEFINITE,
                                         [BLOCK_INDIRECT] = LEAK_INDIRECT,
                                         [BLOCK_POSSIBLE] = LEAK_POSSIBLE,
                                         [BLOCK_REACHABLE] = LEAK_REACHABLE};
  enum leak_kind kind = block->ignored ? LEAK_SUPPRESSED : kinds[block->state];
  return uncertain && (kind == LEAK_DEFINITE || kind == LEAK_INDIRECT) ? LEAK_POSSIBLE : kind;
}

/* Sites of one stack differ in their size classes and threads: first_site has the first site of
 * each site's stack. */
static struct error *find_first_sites(const struct recording *recording, uint32_t **ret) {
  uint32_t *first = malloc((recording->n_sites + 1) * sizeof(*first));
  uint32_t *by_stack = calloc(recording->n_stacks + 1, sizeof(*by_stack));
  if (!first || !by_stack) {
    free(first);
    free(by_stack);
    return &error_no_memory;
  }
  for (uint64_t i = 0; i < recording->n_sites; i++) {
    const struct recording_site *site = &recording->sites[i];
    first[i] = (uint32_t)i;
    if (!site->state || site->stack >= recording->n_stacks)
      continue;
    if (!by_stack[site->stack])
      by_stack[site->stack] = (uint32_t)i + 1;
    first[i] = by_stack[site->stack] - 1;
  }
  free(by_stack);
  *ret = first;
  return NULL;
}

/* Finds the lost block that each indirectly lost one hangs on. Each way is walked up to a block
 * whose leader is known, and the leader is written to the whole way: all ways together take one
 * step a block. */
static void find_leaders(const struct blocks *blocks, uint32_t *leader) {
  for (uint32_t i = 0; i < blocks->count; i++)
    leader[i] = BLOCK_NONE;
  for (uint32_t i = 0; i < blocks->count; i++) {
    uint32_t at = i;
    while (blocks->data[at].state == BLOCK_INDIRECT && leader[at] == BLOCK_NONE)
      at = blocks->data[at].via;
    uint32_t found = blocks->data[at].state == BLOCK_INDIRECT ? leader[at] : at;
    for (at = i; blocks->data[at].state == BLOCK_INDIRECT && leader[at] == BLOCK_NONE;
         at = blocks->data[at].via)
      leader[at] = found;
  }
}

static bool has_indirect(const struct blocks *blocks) {
  for (size_t i = 0; blocks->any_unreachable && i < blocks->count; i++)
    if (blocks->data[i].state == BLOCK_INDIRECT)
      return true;
  return false;
}

static uint64_t group_hash(uint32_t site, uint32_t lost_by) {
  return ((uint64_t)lost_by << 32 | site) * 0x9e3779b97f4a7c15ull >> 7;
}

static bool group_is(const void *context, uint32_t index, const void *key) {
  const struct leak_group *group = &((const struct leak_groups *)context)->data[index],
                          *wanted = key;
  return group->site == wanted->site && group->lost_by == wanted->lost_by;
}

static struct leak_group *group_find_or_make(struct leak_groups *groups, uint32_t site,
                                             uint32_t lost_by) {
  struct leak_group wanted = {.site = site, .lost_by = lost_by};
  uint32_t at =
      hash_index_find(&groups->index, group_hash(site, lost_by), group_is, groups, &wanted);
  if (at != HASH_INDEX_NONE)
    return &groups->data[at];
  for (int kind = 0; kind < N_LEAK_KINDS; kind++)
    wanted.largest[kind] = BLOCK_NONE;
  at = (uint32_t)groups->count;
  if (!VECTOR_PUSH(groups, wanted) ||
      !hash_index_add(&groups->index, group_hash(site, lost_by), at))
    return NULL;
  return &groups->data[at];
}

uint32_t leak_groups_site(const struct leak_groups *groups, uint32_t block) {
  return groups->first_site[groups->blocks->data[block].site];
}

static struct leak_group *group_find(struct leak_groups *groups, uint32_t i) {
  uint32_t site = leak_groups_site(groups, i), *known = &groups->of_site[site];
  if (groups->leader && groups->blocks->data[i].state == BLOCK_INDIRECT)
    return group_find_or_make(groups, site, leak_groups_site(groups, groups->leader[i]));
  if (*known)
    return &groups->data[*known - 1];
  struct leak_group *group = group_find_or_make(groups, site, GROUP_NONE);
  *known = group ? (uint32_t)(group - groups->data) + 1 : 0;
  return group;
}

static bool group_add_block(struct leak_groups *groups, uint32_t i, bool uncertain) {
  const struct block *block = &groups->blocks->data[i];
  enum leak_kind kind = group_kind(block, uncertain);
  struct leak_group *group = group_find(groups, i);
  if (!group)
    return false;
  if (group->largest[kind] == BLOCK_NONE ||
      groups->blocks->data[group->largest[kind]].size < block->size)
    group->largest[kind] = i;
  group->values[leak_objects(kind)]++;
  group->values[leak_bytes(kind)] += (int64_t)block->size;
  return true;
}

static bool add_origin(void *context, const struct live_object *object) {
  struct leak_groups *groups = context;
  uint32_t i = blocks_find(groups->blocks, object->start);
  if (i == BLOCK_NONE || groups->blocks->data[i].state == BLOCK_REACHABLE ||
      groups->blocks->data[i].site != object->site)
    return true;
  struct leak_group *group = group_find(groups, i);
  uint32_t thread = object->thread & ~OBJECT_IGNORED;
  if (!group)
    return false;
  group->thread = !group->has_age || group->thread == thread ? thread : GROUP_THREADS;
  if (!group->has_age || object->time < group->oldest)
    group->oldest = object->time;
  if (!group->has_age || object->time > group->newest)
    group->newest = object->time;
  group->has_age = true;
  return true;
}

/* Blocks do not keep their ages and threads: the recording is read again if any are wanted. */
static struct error *add_origins(const struct recording *recording, struct leak_groups *groups) {
  uint64_t rejected;
  return groups->blocks->any_unreachable
             ? recording_objects(recording, add_origin, groups, &rejected)
             : NULL;
}

static struct error *groups_make(const struct recording *recording, bool uncertain,
                                 struct leak_groups *groups) {
  const struct blocks *blocks = groups->blocks;
  struct error *err = find_first_sites(recording, &groups->first_site);
  if (err)
    return err;
  groups->of_site = calloc(recording->n_sites + 1, sizeof(*groups->of_site));
  if (!groups->of_site)
    return &error_no_memory;
  if (has_indirect(blocks)) {
    groups->leader = malloc(blocks->count * sizeof(uint32_t));
    if (!groups->leader)
      return &error_no_memory;
    find_leaders(blocks, groups->leader);
  }
  for (uint32_t i = 0; i < blocks->count; i++)
    if (!group_add_block(groups, i, uncertain))
      return &error_no_memory;
  return add_origins(recording, groups);
}

struct error *leak_groups_make(const struct recording *recording, const struct blocks *blocks,
                               bool uncertain, struct leak_groups *ret) {
  struct leak_groups groups = {.blocks = blocks};
  struct error *err = groups_make(recording, uncertain, &groups);
  if (err)
    leak_groups_deinit(&groups);
  else
    *ret = groups;
  return err;
}

void leak_groups_deinit(struct leak_groups *groups) {
  hash_index_deinit(&groups->index);
  free(groups->first_site);
  free(groups->leader);
  free(groups->of_site);
  VECTOR_DEINIT(groups);
}
