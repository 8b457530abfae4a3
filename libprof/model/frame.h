/* Frames: what a location's lines are called, for people and across builds.
 *
 * A location is one or more frames: its lines, innermost inlined function first. A location without
 * lines (no symbols) is one frame too: line index 0. */
#pragma once

#include "model/hash_index.h"
#include "model/profile.h"

/* The number of frames of a location: at least 1. */
static inline uint32_t profile_n_frames(const struct profile_location *location) {
  return location->n_lines ? location->n_lines : 1;
}

/* The line of a frame, NULL if the location has none. */
static inline const struct profile_line *profile_frame_line(const struct profile_location *location,
                                                            uint32_t line_index) {
  return line_index < location->n_lines ? &location->lines[line_index] : NULL;
}

/* The function of a frame, NULL if it is not known. */
const struct profile_function *profile_frame_function(const struct profile *profile,
                                                      const struct profile_location *location,
                                                      uint32_t line_index);

/* pprof's name of a frame: its function's name (the system name if that is empty, then the source
 * file), else "[libc.so.6]", the last part of its mapping's path in brackets, else "<unknown>". The
 * string is the profile's, static, or allocated in `arena`; NULL when memory is exhausted. */
const char *profile_frame_name(const struct profile *profile,
                               const struct profile_location *location, uint32_t line_index,
                               struct arena *arena);

/* Whether the name says only where the code is: it is "", in brackets, or a stand-in that memprof
 * made of a file and an address, "libfoo+0x1234". */
bool frame_name_is_missing(const char *name);

/* The same for many frames of one profile, such that equal names are equal pointers. */
struct frame_names {
  const struct profile *profile;
  struct arena *arena;
  const char **by_mapping, **distinct; /* bracketed names */
  size_t n_distinct;
  struct hash_index index;
};

/* The names live as long as the profile and `arena` do. */
struct error *frame_names_init(struct frame_names *names, const struct profile *profile,
                               struct arena *arena);
void frame_names_deinit(struct frame_names *names);
/* NULL when memory is exhausted. */
const char *frame_names_get(struct frame_names *names, const struct profile_location *location,
                            uint32_t line_index);
