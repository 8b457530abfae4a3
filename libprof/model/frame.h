/* Frames: what a location's lines are called, for people and across builds.
 *
 * A location is one or more frames: its lines, innermost inlined function first. A location without
 * lines (no symbols) is one frame too: line index 0. */
#pragma once

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

/* What pprof calls a frame: its function's name (the system name, then the source file, if it has
 * no name), else "[libc.so.6]", the last part of its mapping's path in brackets, else "<unknown>".
 * The string is the profile's, static, or allocated in `arena`; NULL when memory is exhausted. */
const char *profile_frame_name(const struct profile *profile,
                               const struct profile_location *location, uint32_t line_index,
                               struct arena *arena);

/* The length of that part of a demangled function name which the next build is likely to keep:
 * without the suffixes that compilers give to copies of a function (".constprop.0", ".isra.0",
 * ".part.0",
 * ".cold", ".llvm.123", " [clone .cold]", ...) and without Rust's "::h0123456789abcdef". */
size_t function_name_stable_length(const char *name);
