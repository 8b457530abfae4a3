/* Which functions and mappings of a profile a regular expression matches, worked out once so that
 * what follows cannot fail halfway. */
#pragma once

#include "model/profile.h"
#include "model/regex.h"

struct frame_match {
  bool *functions; /* by index: its name or its source file matches */
  bool *mappings;  /* its path does */
};

/* Fills *match; its arrays are in `arena`. Errors are those of regex_match. */
struct error *frame_match_init(struct frame_match *match, const struct profile *profile,
                               const struct regex *regex, struct arena *arena);

static inline bool frame_match_line(const struct frame_match *match,
                                    const struct profile_line *line) {
  return match->functions[line->function];
}

/* Whether the location's mapping matches, which speaks for all its frames. */
static inline bool frame_match_mapping(const struct frame_match *match,
                                       const struct profile_location *location) {
  return location->mapping != PROFILE_NONE && match->mappings[location->mapping];
}

/* Whether the mapping or any line matches. */
bool frame_match_location(const struct frame_match *match, const struct profile_location *location);
