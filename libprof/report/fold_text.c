#include "report/fold_text.h"

#include "model/stack_fold.h"

bool fold_frames_read(const struct profile *profile, const struct profile_sample *sample, bool all,
                      struct arena *arena, struct fold_frames *ret) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < sample->n_locations; i++)
    n += profile_n_frames(&profile->locations[sample->locations[i]]);
  struct frame *frames = arena_calloc(arena, n + 1, sizeof(*frames));
  unsigned char *marks = arena_calloc(arena, n + 1, 1);
  const char **names = arena_calloc(arena, n + 1, sizeof(*names));
  if (!frames || !marks || !names)
    return false;
  struct frame_cursor cursor = frame_cursor_init(profile, sample, false);
  for (uint32_t i = 0; i < n; i++) {
    if (!frame_next(&cursor, arena, &frames[i]))
      return false;
    names[i] = frames[i].name;
  }
  if (!all)
    stack_fold_mark(names, n, marks);
  *ret = (struct fold_frames){frames, marks, n};
  return true;
}

uint32_t fold_append_run(struct strbuf *sb, const unsigned char *marks, uint32_t n, uint32_t at) {
  uint32_t run = stack_fold_run(marks, n, at);
  if (run)
    strbuf_appendf(sb, "... %u frames %s", run, stack_fold_words((enum frame_fold)marks[at]));
  return run;
}
