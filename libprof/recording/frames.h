/* A recording's frames as locations of a profile: one location an (address, module). Private to the
 * folder. */
#pragma once

#include "model/hash_index.h"
#include "model/profile.h"
#include "recording/module_index.h"

struct frame_map {
  const struct recording *recording;
  struct profile *profile;
  struct module_index modules;
  uint32_t *mapping_of_module; /* index of each module's mapping, PROFILE_NONE until it is used */
  uint32_t unknown_mapping;    /* code in no module: a JIT's */
  uint32_t marker_mapping;     /* [truncated] and [incomplete] */
  uint32_t marker[2];          /* their locations */
  struct hash_index index;
};

/* The main program's mapping is made at once, as the first. */
struct error *frame_map_init(struct frame_map *map, const struct recording *recording,
                             struct profile *profile);
void frame_map_deinit(struct frame_map *map);

/* The location of a frame, as the recording writes it, in a stack of this load generation. */
struct error *frame_map_location(struct frame_map *map, uint64_t frame, uint32_t generation,
                                 uint32_t *ret);

/* The location that stands for what is missing at the root of a stack: `flag` is one enum
 * stack_flags. */
struct error *frame_map_marker(struct frame_map *map, uint32_t flag, uint32_t *ret);

/* Sets the sample's locations to a stack of the recording (recording_stack), with a marker at its
 * root where it is cut or incomplete. */
struct error *frame_map_stack(struct frame_map *map, const uint64_t *frames, uint64_t word,
                              struct profile_sample *sample);
