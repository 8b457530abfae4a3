#include "model/finding.h"

#include "model/allocator_names.h"
#include "model/frame.h"

#include <string.h>

static uint32_t count_frames(const struct profile *profile, const struct profile_sample *sample) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < sample->n_locations; i++)
    n += profile_n_frames(&profile->locations[sample->locations[i]]);
  return n;
}

static struct finding_frame frame_of(const struct profile *profile,
                                     const struct profile_location *location, uint32_t line_index,
                                     struct arena *arena) {
  const struct profile_line *line = profile_frame_line(location, line_index);
  const struct profile_function *function = profile_frame_function(profile, location, line_index);
  bool mapped = location->mapping != PROFILE_NONE;
  return (struct finding_frame){
      .function = profile_frame_name(profile, location, line_index, arena),
      .file = function ? function->file : "",
      .module = mapped ? profile->mappings[location->mapping].file : "",
      .line = line ? line->line : 0,
  };
}

struct error *finding_frames(const struct profile *profile, const struct profile_sample *sample,
                             uint32_t most, struct arena *arena, struct finding_stack *ret) {
  uint32_t n = count_frames(profile, sample), count = 0;
  n = n < most ? n : most;
  struct finding_frame *frames = arena_calloc(arena, n, sizeof(*frames));
  if (!frames)
    return &error_no_memory;
  for (uint32_t i = 0; i < sample->n_locations && count < n; i++) {
    const struct profile_location *location = &profile->locations[sample->locations[i]];
    for (uint32_t k = 0; k < profile_n_frames(location) && count < n; k++) {
      frames[count] = frame_of(profile, location, k, arena);
      if (!frames[count++].function)
        return &error_no_memory;
    }
  }
  *ret = (struct finding_stack){.frames = frames, .n_frames = n, .note = ""};
  return NULL;
}

const char *finding_relative(const char *file, const char *root) {
  size_t n = strlen(root);
  while (n && root[n - 1] == '/')
    n--;
  if (!n || strncmp(file, root, n) || file[n] != '/')
    return file;
  while (file[n] == '/')
    n++;
  return file[n] ? file + n : file;
}

static bool begins_with_any(const char *path, const char *const *starts, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (!strncmp(path, starts[i], strlen(starts[i])))
      return true;
  return false;
}
#define BEGINS_WITH_ANY(path, starts)                                                              \
  begins_with_any(path, starts, sizeof(starts) / sizeof(*(starts)))

/* How likely a frame is the reader's own. Relative paths like "../sysdeps" are libc's, whose build
 * was in a folder of its own; "src/a.c" of a build with mapped prefixes is the reader's. */
static int rank_of_origin(const struct finding_frame *frame, const char *root) {
  static const char *const files[] = {"/usr/", "/build/", "/rustc/", "/opt/", "./", "../"};
  static const char *const modules[] = {"/usr/", "/lib", "/opt/", "["};
  if (!*frame->file)
    return *frame->module && !BEGINS_WITH_ANY(frame->module, modules) ? 2 : 0;
  if (finding_relative(frame->file, root) != frame->file)
    return 4;
  return BEGINS_WITH_ANY(frame->file, files) ? 0 : 3;
}

/* It allocates for its caller. Other frames of this stack are all there is to judge by. */
static bool is_wrapper(const char *function) {
  return allocator_name_is_known(function) || allocator_name_is_likely(function);
}

static int rank(const struct finding_frame *frame, const char *root) {
  return 2 * rank_of_origin(frame, root) + !is_wrapper(frame->function);
}

const struct finding_frame *finding_place(const struct finding_stack *stack, const char *root) {
  const struct finding_frame *best = NULL;
  for (uint32_t i = 0; i < stack->n_frames; i++)
    if (!best || rank(&stack->frames[i], root) > rank(best, root))
      best = &stack->frames[i];
  return best;
}
