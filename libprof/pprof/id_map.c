#include "pprof/id_map.h"

#include "base/vector.h"

static uint64_t hash_id(uint64_t id) {
  return id * UINT64_C(0x9e3779b97f4a7c15);
}

static bool same_id(const void *context, uint32_t index, const void *key) {
  return ((const struct id_map *)context)->ids[index] == *(const uint64_t *)key;
}

static bool append(struct id_map *map, uint64_t id) {
  if (!vector_reserve((void **)&map->ids, &map->ids_capacity, map->n + 1, sizeof(*map->ids)) ||
      !hash_index_add(&map->index, hash_id(id), (uint32_t)map->n))
    return false;
  map->ids[map->n++] = id;
  return true;
}

/* Enters the ids 1..n that were only counted until now. */
static bool make_sparse(struct id_map *map) {
  size_t n = map->n;
  map->sparse = true;
  map->n = 0;
  for (uint64_t id = 1; id <= n; id++)
    if (!append(map, id))
      return false;
  return true;
}

struct error *id_map_add(struct id_map *map, uint64_t id) {
  if (id == 0)
    return error_create(ERROR_BAD_INPUT, "%s %zu has id 0, which means none", map->what, map->n);
  if (map->n >= ID_MAP_NONE - 1)
    return error_create(ERROR_BAD_INPUT, "more than %zu %ss", map->n, map->what);
  if (id_map_find(map, id) != ID_MAP_NONE)
    return error_create(ERROR_BAD_INPUT, "two %ss have id %llu", map->what, (unsigned long long)id);
  if (!map->sparse && id == map->n + 1) {
    map->n++;
    return NULL;
  }
  return (map->sparse || make_sparse(map)) && append(map, id) ? NULL : &error_no_memory;
}

uint32_t id_map_find_sparse(const struct id_map *map, uint64_t id) {
  return hash_index_find(&map->index, hash_id(id), same_id, map, &id);
}

void id_map_deinit(struct id_map *map) {
  free(map->ids);
  hash_index_deinit(&map->index);
}
