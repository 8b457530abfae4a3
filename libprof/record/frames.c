#include "record/frames.h"

#include "record/profile.h"

#include <stdio.h>
#include <string.h>

static void hex(char *to, const uint8_t *bytes, uint32_t n) {
  for (uint32_t i = 0; i < n; i++)
    sprintf(to + 2 * i, "%02x", bytes[i]);
}

static struct error *add_mapping(struct frame_map *map, const struct recording_module *module,
                                 uint32_t *ret) {
  char build_id[2 * sizeof(module->build_id) + 1] = "";
  uint32_t n = module->build_id_size;
  hex(build_id, module->build_id, n < sizeof(module->build_id) ? n : sizeof(module->build_id));
  struct profile_mapping mapping = {
      .start = module->start,
      .limit = module->limit,
      .offset = module->offset,
      .file = profile_string(map->profile, module->path),
      .build_id = profile_string(map->profile, build_id),
  };
  if (!mapping.file || !mapping.build_id)
    return &error_no_memory;
  return profile_add_mapping(map->profile, &mapping, ret);
}

static struct error *module_mapping(struct frame_map *map, uint64_t i, uint32_t *ret) {
  if (map->mapping_of_module[i] == PROFILE_NONE) {
    struct error *err = add_mapping(map, &map->recording->modules[i], &map->mapping_of_module[i]);
    if (err)
      return err;
  }
  *ret = map->mapping_of_module[i];
  return NULL;
}

static struct error *special_mapping(struct frame_map *map, const char *name, uint32_t *index) {
  struct profile_mapping mapping = {.file = profile_string(map->profile, name),
                                    .build_id = profile_string(map->profile, "")};
  if (*index != PROFILE_NONE)
    return NULL;
  return mapping.file && mapping.build_id ? profile_add_mapping(map->profile, &mapping, index)
                                          : &error_no_memory;
}

/* The program itself comes first, seen in a frame or not: pprof takes mapping 0 for the main
 * binary. */
static struct error *add_main_mapping(struct frame_map *map) {
  const struct recording *r = map->recording;
  uint32_t index;
  for (uint64_t i = 0; i < r->n_modules; i++)
    if (r->modules[i].state && !strcmp(r->modules[i].path, r->header.executable))
      return module_mapping(map, i, &index);
  struct recording_module none = {0};
  snprintf(none.path, sizeof(none.path), "%s", r->header.executable);
  return add_mapping(map, &none, &index);
}

struct error *frame_map_init(struct frame_map *map, const struct recording *recording,
                             struct profile *profile) {
  *map = (struct frame_map){
      .recording = recording,
      .profile = profile,
      .unknown_mapping = PROFILE_NONE,
      .marker_mapping = PROFILE_NONE,
      .marker = {PROFILE_NONE, PROFILE_NONE},
      .mapping_of_module = malloc((recording->n_modules + 1) * sizeof(uint32_t)),
  };
  if (!map->mapping_of_module)
    return &error_no_memory;
  for (uint64_t i = 0; i < recording->n_modules; i++)
    map->mapping_of_module[i] = PROFILE_NONE;
  struct error *err = add_main_mapping(map);
  if (err)
    frame_map_deinit(map);
  return err;
}

void frame_map_deinit(struct frame_map *map) {
  free(map->mapping_of_module);
  hash_index_deinit(&map->index);
}

/* The module that was at `address` in a load generation: a later one there began in a later
 * generation. */
static uint64_t find_module(const struct recording *r, uint64_t address, uint32_t generation) {
  for (uint64_t i = 0; i < r->n_modules; i++) {
    const struct recording_module *m = &r->modules[i];
    if (m->state && address >= m->start && address < m->limit &&
        (!m->unloaded || generation < m->unloaded) && generation >= m->loaded)
      return i;
  }
  /* A stack of the very moment at which generations changed. */
  for (uint64_t i = 0; i < r->n_modules; i++)
    if (r->modules[i].state && address >= r->modules[i].start && address < r->modules[i].limit)
      return i;
  return UINT64_MAX;
}

struct location_key {
  uint64_t address;
  uint32_t mapping;
};

static bool same_location(const void *context, uint32_t index, const void *key) {
  const struct profile_location *location = &((const struct profile *)context)->locations[index];
  const struct location_key *k = key;
  return location->address == k->address && location->mapping == k->mapping;
}

static void widen(struct profile_mapping *mapping, uint64_t address) {
  if (!mapping->limit || address < mapping->start)
    mapping->start = address;
  if (address >= mapping->limit)
    mapping->limit = address + 1;
}

static struct error *frame_mapping(struct frame_map *map, uint64_t address, uint32_t generation,
                                   uint32_t *ret) {
  uint64_t module = find_module(map->recording, address, generation);
  if (module != UINT64_MAX)
    return module_mapping(map, module, ret);
  struct error *err = special_mapping(map, "[unknown]", &map->unknown_mapping);
  if (err)
    return err;
  widen(&map->profile->mappings[map->unknown_mapping], address);
  *ret = map->unknown_mapping;
  return NULL;
}

struct error *frame_map_location(struct frame_map *map, uint64_t frame, uint32_t generation,
                                 uint32_t *ret) {
  /* A return address is where the call will go on: one less is inside the call. */
  struct location_key key = {.address =
                                 frame & FRAME_EXACT_PC ? frame & ~FRAME_EXACT_PC : frame - 1};
  struct error *err = frame_mapping(map, key.address, generation, &key.mapping);
  if (err)
    return err;
  uint64_t hash = (key.address ^ (uint64_t)key.mapping << 48) * 0x9e3779b97f4a7c15ull;
  uint32_t found = hash_index_find(&map->index, hash, same_location, map->profile, &key);
  if (found != HASH_INDEX_NONE) {
    *ret = found;
    return NULL;
  }
  err = profile_add_location(
      map->profile, &(struct profile_location){.mapping = key.mapping, .address = key.address},
      ret);
  return err ? err : hash_index_add(&map->index, hash, *ret) ? NULL : &error_no_memory;
}

struct error *frame_map_marker(struct frame_map *map, uint32_t flag, uint32_t *ret) {
  uint32_t *location = &map->marker[flag == STACK_TRUNCATED ? 0 : 1], function;
  *ret = *location;
  if (*location != PROFILE_NONE)
    return NULL;
  const char *name = profile_string(map->profile, flag == STACK_TRUNCATED ? RECORDING_TRUNCATED
                                                                          : RECORDING_INCOMPLETE);
  const char *empty = profile_string(map->profile, "");
  struct profile_line *line = profile_array(map->profile, 1, sizeof(*line));
  if (!name || !empty || !line)
    return &error_no_memory;
  struct error *err = special_mapping(map, "[memprof]", &map->marker_mapping);
  if (!err)
    err = profile_add_function(map->profile, &(struct profile_function){name, name, empty, 0},
                               &function);
  if (err)
    return err;
  map->profile->mappings[map->marker_mapping].has_functions = true;
  line->function = function;
  err = profile_add_location(
      map->profile,
      &(struct profile_location){.mapping = map->marker_mapping, .n_lines = 1, .lines = line},
      location);
  *ret = *location;
  return err;
}
