#include "report/frames.h"

bool frame_next(struct frame_cursor *cursor, struct arena *arena, struct frame *ret) {
  const struct profile_sample *sample = cursor->sample;
  *ret = (struct frame){.name = "", .file = ""};
  if (cursor->at == sample->n_locations)
    return false;
  uint32_t i = cursor->from_root ? sample->n_locations - 1 - cursor->at : cursor->at;
  const struct profile_location *location = &cursor->profile->locations[sample->locations[i]];
  uint32_t n = profile_n_frames(location);
  uint32_t line_index = cursor->from_root ? n - 1 - cursor->line : cursor->line;
  if (++cursor->line == n) {
    cursor->line = 0;
    cursor->at++;
  }
  const struct profile_line *line = profile_frame_line(location, line_index);
  ret->function = profile_frame_function(cursor->profile, location, line_index);
  ret->name = profile_frame_name(cursor->profile, location, line_index, arena);
  ret->file = ret->function ? ret->function->file : "";
  ret->line = line ? line->line : 0;
  ret->address = location->address;
  ret->location = sample->locations[i];
  ret->inlined = line_index + 1 < n;
  return ret->name != NULL;
}
