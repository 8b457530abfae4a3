#include "report/leak_suppression.h"

#include "model/frame.h"
#include "model/module_place.h"
#include "report/text.h"

#include <string.h>

/* The frames of an entry so far. */
struct suppression_frames {
  struct strbuf text;
  bool known; /* one of them says where it is */
  bool ended; /* at main, beyond which valgrind's stacks differ */
};

static void append_place(struct suppression_frames *frames, const struct profile *profile,
                         const struct profile_location *location) {
  _cleanup_strbuf_ struct strbuf place = STRBUF_INIT;
  module_place_append(&place, profile, location);
  strbuf_append(&frames->text, "   obj:");
  text_escape(&frames->text, place.length ? place.data : "*");
  frames->known |= place.length > 0;
}

static void append_frame(struct suppression_frames *frames, const struct profile *profile,
                         const struct profile_location *location, uint32_t line) {
  const struct profile_function *function = profile_frame_function(profile, location, line);
  if (function && !frame_name_is_missing(function->name)) {
    strbuf_append(&frames->text, "   fun:");
    text_escape(&frames->text, function->system_name);
    frames->known = true;
    frames->ended = !strcmp(function->name, "main");
  } else
    append_place(frames, profile, location);
  strbuf_append_char(&frames->text, '\n');
}

/* It begins with "..." for the allocator's function, which valgrind's stacks have and ours have
 * not. */
void leak_suppression_append(struct strbuf *sb, const struct profile *profile,
                             const struct leak_entry *entry) {
  const struct profile_sample *sample = entry->sample;
  struct suppression_frames frames = {.text = STRBUF_INIT};
  for (uint32_t i = 0; !frames.ended && i < sample->n_locations; i++) {
    const struct profile_location *location = &profile->locations[sample->locations[i]];
    for (uint32_t k = 0; !frames.ended && k < profile_n_frames(location); k++)
      append_frame(&frames, profile, location, k);
  }
  if (frames.known)
    strbuf_appendf(sb,
                   "{\n   <insert_a_suppression_name_here>\n   Memcheck:Leak\n"
                   "   match-leak-kinds: %s\n   ...\n%s}\n",
                   leak_kind_names[entry->kind], frames.text.data);
  else
    strbuf_append(sb, "# no suppression: no frame of this stack has a name or a file\n");
  strbuf_deinit(&frames.text);
}
