#include "report/node_hint.h"

#include "base/path.h"
#include "model/frame.h"
#include "report/name_text.h"
#include "report/text.h"

#include <stdlib.h>

bool node_hints_init(struct node_hints *hints, const struct profile *profile) {
  *hints = (struct node_hints){profile, malloc((profile->n_locations + 1) * sizeof(uint32_t))};
  if (!hints->callers)
    return false;
  for (size_t i = 0; i < profile->n_locations; i++)
    hints->callers[i] = PROFILE_NONE;
  for (size_t i = 0; i < profile->n_samples; i++) {
    const struct profile_sample *sample = &profile->samples[i];
    for (uint32_t k = 0; k + 1 < sample->n_locations; k++)
      if (hints->callers[sample->locations[k]] == PROFILE_NONE)
        hints->callers[sample->locations[k]] = sample->locations[k + 1];
  }
  return true;
}

void node_hints_deinit(struct node_hints *hints) {
  free(hints->callers);
}

static void append_line(struct strbuf *sb, const char *before, const struct profile *profile,
                        const struct profile_location *location, uint32_t index) {
  const struct profile_line *line = profile_frame_line(location, index);
  const struct profile_function *function = profile_frame_function(profile, location, index);
  if (!function || !*function->file)
    return;
  strbuf_append(sb, before);
  text_escape(sb, path_base_name(function->file));
  if (line && line->line)
    strbuf_appendf(sb, ":%lld", (long long)line->line);
}

void node_hints_append(struct strbuf *sb, const struct node_hints *hints,
                       const struct graph_node *node) {
  const struct profile *profile = hints->profile;
  const struct profile_location *location = &profile->locations[node->location];
  uint32_t index = node->line_index;
  append_line(sb, "", profile, location, index);
  if (++index >= profile_n_frames(location)) {
    uint32_t caller = hints->callers[node->location];
    if (caller == PROFILE_NONE)
      return;
    location = &profile->locations[caller];
    index = 0;
  }
  struct arena arena = ARENA_INIT;
  const char *name = profile_frame_name(profile, location, index, &arena);
  strbuf_append(sb, "\n< ");
  name_append(sb, name ? name : "");
  append_line(sb, " ", profile, location, index);
  arena_deinit(&arena);
}
