#include "model/frame_match.h"

static struct error *match_function(const struct regex *regex,
                                    const struct profile_function *function, bool *ret) {
  struct error *err = regex_match(regex, function->name, ret);
  return err || *ret ? err : regex_match(regex, function->file, ret);
}

struct error *frame_match_init(struct frame_match *match, const struct profile *profile,
                               const struct regex *regex, struct arena *arena) {
  struct error *err = NULL;
  match->functions = arena_calloc(arena, profile->n_functions, sizeof(bool));
  match->mappings = arena_calloc(arena, profile->n_mappings, sizeof(bool));
  if (!match->functions || !match->mappings)
    return &error_no_memory;
  for (size_t i = 0; i < profile->n_functions && !err; i++)
    err = match_function(regex, &profile->functions[i], &match->functions[i]);
  for (size_t i = 0; i < profile->n_mappings && !err; i++)
    err = regex_match(regex, profile->mappings[i].file, &match->mappings[i]);
  return err;
}

bool frame_match_location(const struct frame_match *match,
                          const struct profile_location *location) {
  for (uint32_t i = 0; i < location->n_lines; i++)
    if (frame_match_line(match, &location->lines[i]))
      return true;
  return frame_match_mapping(match, location);
}
