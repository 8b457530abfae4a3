/* Code that the tests of recordings share: reading one made by hand, and finding one's way in what
 * comes out. */
#pragma once

#include "build_recording.h"
#include "recording/profile.h"
#include "test.h"

#include <stdio.h>
#include <unistd.h>

enum { ALLOC_OBJECTS, ALLOC_SPACE, INUSE_OBJECTS, INUSE_SPACE, PEAK_OBJECTS, PEAK_SPACE };

static inline struct profile *profile_of(struct built *built) {
  char path[64];
  struct profile *profile = NULL;
  int fd = built_file(built, built->size, path);
  struct error *err = recording_read_profile(path, &profile);
  if (err)
    fail_msg("%s", err->message);
  close(fd);
  built_deinit(built);
  return profile;
}

#define FRAMES(...)                                                                                \
  (sizeof((uint64_t[]){__VA_ARGS__}) / 8), (uint64_t[]) {                                          \
    __VA_ARGS__                                                                                    \
  }

static inline const struct profile_location *frame(const struct profile *profile, size_t sample,
                                                   size_t i) {
  return &profile->locations[profile->samples[sample].locations[i]];
}

static inline const char *file_of(const struct profile *profile, size_t sample, size_t i) {
  return profile->mappings[frame(profile, sample, i)->mapping].file;
}

static inline const struct profile_label *label(const struct profile *profile, size_t sample,
                                                const char *key) {
  for (uint32_t i = 0; i < profile->samples[sample].n_labels; i++)
    if (!strcmp(profile->samples[sample].labels[i].key, key))
      return &profile->samples[sample].labels[i];
  return NULL;
}
