#include "recording/frames.h"

#include "recording/profile.h"

#include <stdio.h>
#include <string.h>

static void hex_text(char *to, const uint8_t *bytes, uint32_t n) {
  for (uint32_t i = 0; i < n; i++)
    sprintf(to + 2 * i, "%02x", bytes[i]);
}

static struct error *add_mapping(struct frame_map *map, const struct recording_module *module,
                                 uint32_t *ret) {
  char build_id[2 * sizeof(module->build_id) + 1] = "";
  uint32_t n = module->build_id_size;
  hex_text(build_id, module->build_id, n < sizeof(module->build_id) ? n : sizeof(module->build_id));
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
  struct error *err = module_index_init(&map->modules, recording);
  if (!err)
    err = add_main_mapping(map);
  if (err)
    frame_map_deinit(map);
  return err;
}

void frame_map_deinit(struct frame_map *map) {
  module_index_deinit(&map->modules);
  free(map->mapping_of_module);
  hash_index_deinit(&map->index);
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

/* Mixed with an address of ours, which is random: a file cannot choose frames that all collide.
 * The mixing is murmur3's finalizer. */
static uint64_t location_hash(const struct frame_map *map, const struct location_key *key) {
  uint64_t h =
      key->address ^ (uint64_t)key->mapping << 40 ^ (uint64_t)(uintptr_t)map->profile << 12;
  h = (h ^ h >> 33) * 0xff51afd7ed558ccdull;
  h = (h ^ h >> 33 ^ (uint64_t)(uintptr_t)map->profile) * 0xc4ceb9fe1a85ec53ull;
  return h ^ h >> 33;
}

static void widen_mapping(struct profile_mapping *mapping, uint64_t address) {
  if (!mapping->limit || address < mapping->start)
    mapping->start = address;
  if (address >= mapping->limit)
    mapping->limit = address + 1;
}

static struct error *frame_mapping(struct frame_map *map, uint64_t address, uint32_t generation,
                                   uint32_t *ret) {
  uint64_t module = module_index_find(&map->modules, address, generation);
  if (module != UINT64_MAX)
    return module_mapping(map, module, ret);
  struct error *err = special_mapping(map, "[unknown]", &map->unknown_mapping);
  if (err)
    return err;
  widen_mapping(&map->profile->mappings[map->unknown_mapping], address);
  *ret = map->unknown_mapping;
  return NULL;
}

struct error *frame_map_location(struct frame_map *map, uint64_t frame, uint32_t generation,
                                 uint32_t *ret) {
  /* A return address is where the call will go on: one less is inside the call. */
  struct location_key key = {.address = frame & FRAME_EXACT_PC ? frame & ~FRAME_EXACT_PC
                                        : frame                ? frame - 1
                                                               : 0};
  struct error *err = frame_mapping(map, key.address, generation, &key.mapping);
  if (err)
    return err;
  uint64_t hash = location_hash(map, &key);
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

struct error *frame_map_stack(struct frame_map *map, const uint64_t *frames, uint64_t word,
                              struct profile_sample *sample) {
  uint32_t depth = STACK_DEPTH(word), flags = STACK_FLAGS(word);
  struct error *err = NULL;
  sample->locations = profile_array(map->profile, depth + 1, sizeof(uint32_t));
  if (!sample->locations)
    return &error_no_memory;
  for (uint32_t i = 0; i < depth && !err; i++)
    err = frame_map_location(map, frames[i], STACK_GENERATION(word), &sample->locations[i]);
  sample->n_locations = depth;
  if (!err && flags & (STACK_TRUNCATED | STACK_INCOMPLETE))
    err = frame_map_marker(map, flags & STACK_TRUNCATED ? STACK_TRUNCATED : STACK_INCOMPLETE,
                           &sample->locations[sample->n_locations++]);
  return err;
}
