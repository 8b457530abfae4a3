#include "recording/addresses.h"

#include "base/cleanup.h"
#include "recording/frames.h"

static struct error *add(struct frame_map *map, uint64_t address, uint32_t generation) {
  struct profile_sample sample = {
      .n_locations = 1,
      .locations = profile_array(map->profile, 1, sizeof(uint32_t)),
      .values = profile_array(map->profile, map->profile->n_sample_types, sizeof(int64_t))};
  if (!sample.locations || !sample.values)
    return &error_no_memory;
  /* The address itself, not the one before it as for a return address. */
  struct error *err =
      frame_map_location(map, address | FRAME_EXACT_PC, generation, &sample.locations[0]);
  return err ? err : profile_add_sample(map->profile, &sample);
}

struct error *recording_addresses(const struct recording *recording, const uint64_t *addresses,
                                  size_t n, struct profile **ret) {
  _cleanup_profile_ struct profile *profile = NULL;
  struct frame_map map;
  struct error *err = profile_create(&profile);
  if (err)
    return err;
  const char *empty = profile_string(profile, "");
  if (!empty)
    return &error_no_memory;
  err = profile_set_sample_types(profile, &(struct profile_value_type){empty, empty}, 1);
  if (!err)
    err = frame_map_init(&map, recording, profile);
  if (err)
    return err;
  for (size_t i = 0; i < n && !err; i++)
    err = add(&map, addresses[i], (uint32_t)recording->header.load_generation);
  frame_map_deinit(&map);
  if (!err)
    *ret = no_cleanup_ptr(profile);
  return err;
}
