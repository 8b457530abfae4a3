/* The ids of one kind of thing in a pprof file, in order of appearance, to their places.
 *
 * An id is any number but 0 ("none"); each is given once. Most writers count from 1, which costs
 * nothing here; the table is filled only for those who do not. */
#pragma once

#include "base/error.h"
#include "model/hash_index.h"

struct id_map {
  const char *what; /* "location", for messages */
  uint64_t *ids;    /* only once they are not dense */
  size_t n, ids_capacity;
  bool sparse;
  struct hash_index index;
};

#define ID_MAP_NONE HASH_INDEX_NONE

/* Enters the id of the next thing. ERROR_BAD_INPUT if it is 0 or was there before. */
struct error *id_map_add(struct id_map *map, uint64_t id);

/* For id_map_find alone. */
uint32_t id_map_find_sparse(const struct id_map *map, uint64_t id);

/* The place of the thing with this id, or ID_MAP_NONE. */
static inline uint32_t id_map_find(const struct id_map *map, uint64_t id) {
  if (map->sparse)
    return id_map_find_sparse(map, id);
  return id - 1 < map->n ? (uint32_t)(id - 1) : ID_MAP_NONE;
}

void id_map_deinit(struct id_map *map);
