/* Puts frames into a profile: functions without doubles, lines, and the mappings' flags. */
#pragma once

#include "model/hash_index.h"
#include "model/profile.h"
#include "symbol/results.h"

struct apply {
  struct profile *profile;
  struct hash_index functions;
};

/* Enters the profile's functions. False when memory is exhausted. */
bool apply_init(struct apply *apply, struct profile *profile);
void apply_deinit(struct apply *apply);

/* Replaces the lines of a location by the item's frames, of which there is at least one. */
bool apply_frames(struct apply *apply, uint32_t location, const struct symbol_results *results,
                  const struct symbol_result *item);

/* Replaces the lines of a location by one stand-in (symbolize.h): `start` goes into its name. */
bool apply_stand_in(struct apply *apply, uint32_t location, uint64_t start);

/* Has the location a stand-in only? */
bool is_stand_in(const struct profile *profile, const struct profile_location *location);
