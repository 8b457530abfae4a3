#include "recording/module_index.h"

#include <stdlib.h>

static const struct recording_module *module_at(const struct module_index *index, size_t i) {
  return &index->recording->modules[index->order[i]];
}

static int compare(const void *a, const void *b, void *context) {
  const struct recording_module *modules = context;
  uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
  const struct recording_module *x = &modules[i], *y = &modules[k];
  if (x->start != y->start)
    return x->start < y->start ? -1 : 1;
  if (x->loaded != y->loaded)
    return x->loaded < y->loaded ? -1 : 1;
  return (i > k) - (i < k);
}

struct error *module_index_init(struct module_index *index, const struct recording *recording) {
  *index = (struct module_index){
      .recording = recording,
      .order = calloc(recording->n_modules + 1, sizeof(*index->order)),
      .reach = calloc(recording->n_modules + 1, sizeof(*index->reach)),
  };
  if (!index->order || !index->reach) {
    module_index_deinit(index);
    return &error_no_memory;
  }
  for (uint64_t i = 0; i < recording->n_modules && i < UINT32_MAX; i++)
    if (recording->modules[i].state)
      index->order[index->n++] = (uint32_t)i;
  qsort_r(index->order, index->n, sizeof(*index->order), compare, recording->modules);
  for (size_t i = 0; i < index->n; i++) {
    uint64_t limit = module_at(index, i)->limit, before = i ? index->reach[i - 1] : 0;
    index->reach[i] = limit > before ? limit : before;
  }
  return NULL;
}

void module_index_deinit(struct module_index *index) {
  free(index->order);
  free(index->reach);
  *index = (struct module_index){0};
}

/* The number of modules that come before (start, generation + 1): the last of them is the newest
 * at that start or below. */
static size_t count_before(const struct module_index *index, uint64_t start, uint32_t generation) {
  size_t low = 0, high = index->n;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    const struct recording_module *m = module_at(index, middle);
    if (m->start < start || (m->start == start && m->loaded <= generation))
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* The best module of the group at one start: one that covers `address`. UINT64_MAX if none does. */
static uint64_t find_in_group(const struct module_index *index, uint64_t start, uint64_t address,
                              uint32_t generation, bool *there) {
  size_t after = count_before(index, start, generation);
  if (after > 0 && module_at(index, after - 1)->start == start &&
      module_at(index, after - 1)->limit > address) {
    uint32_t unloaded = module_at(index, after - 1)->unloaded;
    *there = !unloaded || generation < unloaded;
    return index->order[after - 1];
  }
  if (after < index->n && module_at(index, after)->start == start &&
      module_at(index, after)->limit > address)
    return index->order[after];
  return UINT64_MAX;
}

uint64_t module_index_find(const struct module_index *index, uint64_t address,
                           uint32_t generation) {
  uint64_t fallback = UINT64_MAX;
  size_t end = count_before(index, address, UINT32_MAX);
  for (int groups = 0; end > 0 && groups < MODULE_INDEX_GROUPS; groups++) {
    bool there = false;
    if (index->reach[end - 1] <= address)
      break;
    uint64_t start = module_at(index, end - 1)->start;
    uint64_t found = find_in_group(index, start, address, generation, &there);
    if (there)
      return found;
    if (fallback == UINT64_MAX)
      fallback = found;
    end = start ? count_before(index, start - 1, UINT32_MAX) : 0;
  }
  return fallback;
}
