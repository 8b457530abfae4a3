#include "report/stack_text.h"

#include "report/fold_text.h"
#include "report/frame_text.h"
#include "report/frames.h"
#include "report/json.h"

static void stack_append_frame(struct strbuf *sb, const struct profile *profile,
                               const struct frame *frame) {
  uint32_t mapping = profile->locations[frame->location].mapping;
  const struct finding_frame found = {
      .function = frame->name,
      .file = frame->file,
      .module = mapping == PROFILE_NONE ? "" : profile->mappings[mapping].file,
      .line = frame->line,
  };
  frame_append_readable(sb, &found);
}

void stack_append(struct strbuf *sb, const struct profile *profile,
                  const struct profile_sample *sample, bool all_frames, struct arena *arena) {
  struct fold_frames stack;
  if (!fold_frames_read(profile, sample, all_frames, arena, &stack)) {
    sb->failed = true;
    return;
  }
  for (uint32_t i = 0, run; i < stack.n; i += run ? run : 1) {
    strbuf_append(sb, "    ");
    run = fold_append_run(sb, stack.marks, stack.n, i);
    if (!run)
      stack_append_frame(sb, profile, &stack.frames[i]);
    strbuf_append_char(sb, '\n');
  }
  if (!sample->n_locations)
    strbuf_append(sb, "    (no stack)\n");
}

json_t *stack_json(const struct profile *profile, const struct profile_sample *sample) {
  struct arena arena = ARENA_INIT;
  struct frame_cursor cursor = frame_cursor_init(profile, sample, false);
  struct frame frame;
  json_t *stack = json_array();
  int failed = 0;
  while (frame_next(&cursor, &arena, &frame)) {
    uint32_t mapping = profile->locations[frame.location].mapping;
    json_t *object = json_object();
    failed |= json_object_set_new(object, "function", json_text(frame.name));
    failed |= json_object_set_new(object, "file", json_text(frame.file));
    failed |= json_object_set_new(object, "line", json_integer(frame.line));
    failed |= json_object_set_new(
        object, "module",
        json_text(mapping == PROFILE_NONE ? "" : profile->mappings[mapping].file));
    failed |= json_object_set_new(object, "address", json_address(frame.address));
    failed |= json_object_set_new(object, "inlined", json_boolean(frame.inlined));
    failed |= json_array_append_new(stack, object);
  }
  failed |= !frame.name;
  arena_deinit(&arena);
  if (!failed)
    return stack;
  json_decref(stack);
  return NULL;
}
