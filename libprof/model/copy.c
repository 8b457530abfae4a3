#include "model/copy.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

void copier_init(struct copier *copier, struct profile *to) {
  *copier = (struct copier){.to = to};
}

void copier_deinit(struct copier *copier) {
  free(copier->mappings);
  free(copier->functions);
  free(copier->locations);
  hash_index_deinit(&copier->by_mapping);
  hash_index_deinit(&copier->by_function);
  hash_index_deinit(&copier->by_location);
}

static bool reset_table(uint32_t **table, size_t n) {
  free(*table);
  *table = malloc((n + 1) * sizeof(**table));
  if (*table)
    memset(*table, 0xff, n * sizeof(**table)); /* PROFILE_NONE */
  return *table != NULL;
}

/* Address spaces and page sizes differ from run to run; what is mapped does not. */
struct mapping_key {
  uint64_t pages, offset;
  const char *file; /* build-id, path, or "" for a mapping that is known by neither */
};

static struct mapping_key mapping_key(const struct profile_mapping *mapping) {
  return (struct mapping_key){.pages = (mapping->limit - mapping->start + 0xfff) >> 12,
                              .offset = mapping->offset,
                              .file = *mapping->build_id ? mapping->build_id : mapping->file};
}

static bool same_mapping(const void *context, uint32_t index, const void *key) {
  struct mapping_key other = mapping_key(&((const struct profile *)context)->mappings[index]);
  return memcmp(&other, key, sizeof(other)) == 0;
}

static struct error *add_mapping(struct copier *copier, const struct profile_mapping *from,
                                 uint32_t *ret) {
  struct profile *to = copier->to;
  struct profile_mapping mapping = *from;
  mapping.file = profile_string(to, from->file);
  mapping.build_id = profile_string(to, from->build_id);
  if (!mapping.file || !mapping.build_id)
    return &error_no_memory;
  struct mapping_key key = mapping_key(&mapping);
  uint64_t hash = XXH3_64bits(&key, sizeof(key));
  *ret = hash_index_find(&copier->by_mapping, hash, same_mapping, to, &key);
  if (*ret != HASH_INDEX_NONE)
    return NULL;
  if (!hash_index_add(&copier->by_mapping, hash, (uint32_t)to->n_mappings))
    return &error_no_memory;
  return profile_add_mapping(to, &mapping, ret);
}

static struct error *copy_mapping(struct copier *copier, uint32_t index, uint32_t *ret) {
  struct error *err = NULL;
  if (index != PROFILE_NONE && copier->mappings[index] == PROFILE_NONE)
    err = add_mapping(copier, &copier->from->mappings[index], &copier->mappings[index]);
  if (!err)
    *ret = index == PROFILE_NONE ? PROFILE_NONE : copier->mappings[index];
  return err;
}

static bool same_function(const void *context, uint32_t index, const void *key) {
  return memcmp(&((const struct profile *)context)->functions[index], key,
                sizeof(struct profile_function)) == 0;
}

static struct error *add_function(struct copier *copier, const struct profile_function *from,
                                  uint32_t *ret) {
  struct profile *to = copier->to;
  struct profile_function function = {.name = profile_string(to, from->name),
                                      .system_name = profile_string(to, from->system_name),
                                      .file = profile_string(to, from->file),
                                      .start_line = from->start_line};
  if (!function.name || !function.system_name || !function.file)
    return &error_no_memory;
  uint64_t hash = XXH3_64bits(&function, sizeof(function));
  *ret = hash_index_find(&copier->by_function, hash, same_function, to, &function);
  if (*ret != HASH_INDEX_NONE)
    return NULL;
  if (!hash_index_add(&copier->by_function, hash, (uint32_t)to->n_functions))
    return &error_no_memory;
  return profile_add_function(to, &function, ret);
}

static struct error *copy_function(struct copier *copier, uint32_t index, uint32_t *ret) {
  struct error *err = NULL;
  if (copier->functions[index] == PROFILE_NONE)
    err = add_function(copier, &copier->from->functions[index], &copier->functions[index]);
  if (!err)
    *ret = copier->functions[index];
  return err;
}

static bool same_location(const void *context, uint32_t index, const void *key) {
  const struct profile_location *a = &((const struct profile *)context)->locations[index], *b = key;
  if (a->mapping != b->mapping || a->address != b->address || a->n_lines != b->n_lines ||
      a->is_folded != b->is_folded)
    return false;
  for (uint32_t i = 0; i < a->n_lines; i++)
    if (a->lines[i].function != b->lines[i].function || a->lines[i].line != b->lines[i].line)
      return false;
  return true;
}

static uint64_t hash_location(const struct profile_location *location) {
  uint64_t hash = XXH3_64bits_withSeed(&location->address, sizeof(location->address),
                                       (uint64_t)location->n_lines << 32 | location->mapping);
  for (uint32_t i = 0; i < location->n_lines; i++) {
    uint64_t line[] = {location->lines[i].function, (uint64_t)location->lines[i].line};
    hash = XXH3_64bits_withSeed(line, sizeof(line), hash);
  }
  return hash;
}

static struct error *copy_lines(struct copier *copier, const struct profile_location *from,
                                struct profile_location *to) {
  to->lines = profile_array(copier->to, from->n_lines, sizeof(*to->lines));
  if (!to->lines)
    return &error_no_memory;
  for (uint32_t i = 0; i < from->n_lines; i++) {
    struct error *err = copy_function(copier, from->lines[i].function, &to->lines[i].function);
    if (err)
      return err;
    to->lines[i].line = from->lines[i].line;
  }
  return NULL;
}

/* The same place in the mapping, wherever that lies in the destination. */
static uint64_t moved_address(const struct copier *copier, const struct profile_location *from,
                              uint32_t mapping) {
  if (mapping == PROFILE_NONE)
    return from->address;
  return from->address - copier->from->mappings[from->mapping].start +
         copier->to->mappings[mapping].start;
}

static struct error *add_location(struct copier *copier, const struct profile_location *from,
                                  uint32_t *ret) {
  struct profile_location location = {.n_lines = from->n_lines, .is_folded = from->is_folded};
  struct error *err = copy_mapping(copier, from->mapping, &location.mapping);
  if (!err)
    err = copy_lines(copier, from, &location);
  if (err)
    return err;
  location.address = moved_address(copier, from, location.mapping);
  uint64_t hash = hash_location(&location);
  *ret = hash_index_find(&copier->by_location, hash, same_location, copier->to, &location);
  if (*ret != HASH_INDEX_NONE)
    return NULL;
  if (!hash_index_add(&copier->by_location, hash, (uint32_t)copier->to->n_locations))
    return &error_no_memory;
  return profile_add_location(copier->to, &location, ret);
}

struct error *copier_location(struct copier *copier, uint32_t index, uint32_t *ret) {
  struct error *err = NULL;
  if (copier->locations[index] == PROFILE_NONE)
    err = add_location(copier, &copier->from->locations[index], &copier->locations[index]);
  if (!err)
    *ret = copier->locations[index];
  return err;
}

struct error *copier_begin(struct copier *copier, const struct profile *from) {
  copier->from = from;
  if (!reset_table(&copier->mappings, from->n_mappings) ||
      !reset_table(&copier->functions, from->n_functions) ||
      !reset_table(&copier->locations, from->n_locations))
    return &error_no_memory;
  uint32_t main_binary;
  if (copier->to->n_mappings == 0 && from->n_mappings > 0)
    return copy_mapping(copier, 0, &main_binary);
  return NULL;
}

bool copy_label(struct profile *to, const struct profile_label *label, struct profile_label *ret) {
  ret->key = profile_string(to, label->key);
  ret->str = profile_string(to, label->str);
  ret->unit = profile_string(to, label->unit);
  ret->num = label->num;
  return ret->key && ret->str && ret->unit;
}

struct error *copy_header(struct profile *to, const struct profile *from) {
  to->default_sample_type = profile_string(to, from->default_sample_type);
  to->drop_frames = profile_string(to, from->drop_frames);
  to->keep_frames = profile_string(to, from->keep_frames);
  to->period_type.type = profile_string(to, from->period_type.type);
  to->period_type.unit = profile_string(to, from->period_type.unit);
  if (!to->default_sample_type || !to->drop_frames || !to->keep_frames || !to->period_type.type ||
      !to->period_type.unit)
    return &error_no_memory;
  to->period = from->period;
  to->default_rate = from->default_rate;
  to->time_nanos = from->time_nanos;
  to->duration_nanos = from->duration_nanos;
  return profile_set_sample_types(to, from->sample_types, from->n_sample_types);
}
