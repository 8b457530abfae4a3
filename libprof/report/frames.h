/* The frames of a sample, one after the other: its locations with their inlined frames unfolded. */
#pragma once

#include "model/frame.h"
#include "model/profile.h"

struct frame_cursor {
  const struct profile *profile;
  const struct profile_sample *sample;
  bool from_root;
  uint32_t at, line; /* locations and lines passed, counted from the end that it began at */
};

struct frame {
  const char *name; /* profile_frame_name, not escaped; the profile's or the arena's */
  const char *file; /* source file or "" */
  int64_t line;     /* 0 if not known */
  uint64_t address;
  const struct profile_function *function; /* NULL if not known */
  uint32_t location;                       /* index */
  bool inlined;                            /* into the frame that is nearer to the root */
};

/* From the leaf (the allocating call) to the root, or the other way. */
static inline struct frame_cursor frame_cursor_init(const struct profile *profile,
                                                    const struct profile_sample *sample,
                                                    bool from_root) {
  return (struct frame_cursor){profile, sample, from_root, 0, 0};
}

/* The next frame; false at the end, and without memory (`name` of *ret is then NULL). */
bool frame_next(struct frame_cursor *cursor, struct arena *arena, struct frame *ret);
