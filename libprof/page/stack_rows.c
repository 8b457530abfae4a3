/* The numbers of a location's frames are worked out once; a row is then a few copies. */
#include "page/stack_rows.h"

#include "base/cleanup.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "model/align.h"
#include "model/frame.h"
#include "report/name_text.h"

#include <string.h>

struct numbering {
  const struct profile *profile;
  enum row_kind kind;
  struct text_numbers *texts;
  struct frame_names frame_names;
  VECTOR(uint32_t) frames; /* of all locations, root first */
  VECTOR(size_t) starts;   /* by location */
};

void stack_rows_deinit(struct stack_rows *rows) {
  VECTOR_DEINIT(&rows->names);
  VECTOR_DEINIT(&rows->starts);
}

static const char *module_name(const struct profile *profile,
                               const struct profile_location *location) {
  const char *name = location->mapping == PROFILE_NONE
                         ? ""
                         : path_base_name(profile->mappings[location->mapping].file);
  return *name ? name : "(no module)";
}

/* "name file.c:12", as the rows of `memprof top --lines` say it. */
static void append_place(struct strbuf *sb, const char *name,
                         const struct profile_function *function, int64_t line) {
  strbuf_append(sb, name);
  if (!function || !*function->file)
    return;
  strbuf_appendf(sb, " %s", name_file(function->file));
  if (line)
    strbuf_appendf(sb, ":%lld", (long long)line);
}

static uint32_t frame_number(struct numbering *n, const struct profile_location *location,
                             uint32_t line_index) {
  const struct profile_function *function =
      profile_frame_function(n->profile, location, line_index);
  if (n->kind == ROW_MODULES)
    return text_number(n->texts, module_name(n->profile, location));
  if (n->kind == ROW_FILES && function && *function->file)
    return text_number(n->texts, function->file);
  const char *name = frame_names_get(&n->frame_names, location, line_index);
  if (!name || n->kind != ROW_LINES)
    return name ? text_number(n->texts, name) : TEXT_NONE;
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  const struct profile_line *line = profile_frame_line(location, line_index);
  append_place(&sb, name, function, line ? line->line : 0);
  return strbuf_failed(&sb) ? TEXT_NONE : text_number(n->texts, sb.data);
}

static struct error *number_locations(struct numbering *n) {
  for (size_t i = 0; i < n->profile->n_locations; i++) {
    const struct profile_location *location = &n->profile->locations[i];
    if (!VECTOR_PUSH(&n->starts, n->frames.count))
      return &error_no_memory;
    for (uint32_t j = profile_n_frames(location); j-- > 0;) {
      uint32_t number = frame_number(n, location, j);
      if (number == TEXT_NONE || !VECTOR_PUSH(&n->frames, number))
        return &error_no_memory;
    }
  }
  return VECTOR_PUSH(&n->starts, n->frames.count) ? NULL : &error_no_memory;
}

static bool begin_row(struct stack_rows *rows) {
  return VECTOR_PUSH(&rows->starts, rows->names.count);
}

static bool add_frame(struct stack_rows *rows, uint32_t number, bool joins) {
  size_t n = rows->names.count, start = rows->starts.data[rows->starts.count - 1];
  if (joins && n > start && rows->names.data[n - 1] == number)
    return true;
  return VECTOR_PUSH(&rows->names, number);
}

static bool add_row(const struct numbering *n, const struct profile_sample *sample,
                    struct stack_rows *rows) {
  bool joins = n->kind == ROW_FILES || n->kind == ROW_MODULES;
  if (!begin_row(rows))
    return false;
  for (uint32_t i = sample->n_locations; i-- > 0;)
    for (size_t at = n->starts.data[sample->locations[i]];
         at < n->starts.data[sample->locations[i] + 1]; at++)
      if (!add_frame(rows, n->frames.data[at], joins))
        return false;
  return true;
}

static struct error *add_rows(struct numbering *n, struct stack_rows *ret) {
  struct error *err = number_locations(n);
  for (size_t i = 0; i < n->profile->n_samples && !err; i++)
    if (!add_row(n, &n->profile->samples[i], ret))
      err = &error_no_memory;
  return err || begin_row(ret) ? err : &error_no_memory;
}

struct error *stack_rows_of(const struct profile *profile, enum row_kind kind,
                            struct text_numbers *texts, struct stack_rows *ret) {
  struct arena arena = ARENA_INIT;
  struct numbering numbering = {.profile = profile, .kind = kind, .texts = texts};
  struct error *err = frame_names_init(&numbering.frame_names, profile, &arena);
  if (!err)
    err = add_rows(&numbering, ret);
  frame_names_deinit(&numbering.frame_names);
  arena_deinit(&arena);
  VECTOR_DEINIT(&numbering.frames);
  VECTOR_DEINIT(&numbering.starts);
  return err;
}

/* The rows of one side; `alignment` numbers names of both. */
static struct error *add_aligned(struct alignment *alignment, const struct profile *profile,
                                 struct text_numbers *texts, struct stack_rows *ret) {
  struct error *err = alignment_begin(alignment, profile);
  for (size_t i = 0; i < profile->n_samples && !err; i++) {
    uint32_t stack;
    err = alignment_stack(alignment, &profile->samples[i], &stack);
    if (!err && !begin_row(ret))
      err = &error_no_memory;
    for (size_t j = alignment->row.count; j-- > 0 && !err;) {
      const char *name = alignment->names.data[alignment->row.data[j]].text;
      uint32_t number = text_number(texts, name);
      if (number == TEXT_NONE || !add_frame(ret, number, false))
        err = &error_no_memory;
    }
  }
  alignment_end(alignment);
  return err;
}

struct error *stack_rows_aligned(const struct profile *base, const struct profile *new,
                                 struct text_numbers *texts, struct stack_rows *ret) {
  struct arena arena = ARENA_INIT;
  struct alignment alignment;
  alignment_init(&alignment, &arena);
  struct error *err = add_aligned(&alignment, base, texts, ret);
  if (!err)
    err = add_aligned(&alignment, new, texts, ret);
  alignment_deinit(&alignment);
  arena_deinit(&arena);
  return err || begin_row(ret) ? err : &error_no_memory;
}

void stack_rows_invert(struct stack_rows *rows) {
  for (size_t i = 0; i + 1 < rows->starts.count; i++)
    for (size_t a = rows->starts.data[i], b = rows->starts.data[i + 1]; a + 1 < b; a++) {
      uint32_t name = rows->names.data[a];
      rows->names.data[a] = rows->names.data[--b];
      rows->names.data[b] = name;
    }
}
