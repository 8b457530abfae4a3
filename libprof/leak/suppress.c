#include "leak/suppress.h"

#include "base/cleanup.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "base/work.h"
#include "model/frame.h"
#include "model/module_place.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

/* All that one frame can be matched by. */
struct view {
  const char *name, *system_name, *file, *module;
  int64_t line;
  const struct profile_location *location;
};

static struct view view_of(const struct profile *profile, uint32_t location_index,
                           uint32_t line_index) {
  const struct profile_location *location = &profile->locations[location_index];
  const struct profile_function *function = profile_frame_function(profile, location, line_index);
  const struct profile_line *line = profile_frame_line(location, line_index);
  return (struct view){
      .name = function ? function->name : "",
      .system_name = function ? function->system_name : "",
      .file = function ? function->file : "",
      .module = location->mapping == PROFILE_NONE ? "" : profile->mappings[location->mapping].file,
      .line = line ? line->line : 0,
      .location = location,
  };
}

/* A stack with its inlined frames unfolded, from the allocation on. */
struct stack_view {
  const struct profile *profile;
  struct view *frames;
  size_t count, capacity;
};

static bool stack_unfold(const struct profile *profile, const struct profile_sample *sample,
                         struct stack_view *ret) {
  ret->profile = profile;
  ret->count = 0;
  for (uint32_t i = 0; i < sample->n_locations; i++)
    for (uint32_t k = 0; k < profile_n_frames(&profile->locations[sample->locations[i]]); k++) {
      if (!vector_reserve((void **)&ret->frames, &ret->capacity, ret->count + 1,
                          sizeof(*ret->frames)))
        return false;
      ret->frames[ret->count++] = view_of(profile, sample->locations[i], k);
    }
  return true;
}

/* As LeakSanitizer's TemplateMatch: the pieces between stars come in order, each where it is first
 * found. */
static bool matches_template(const char *pattern, const char *text) {
  bool anchored = *pattern == '^', after_star = false;
  for (pattern += anchored; *pattern;) {
    if (*pattern == '*') {
      anchored = false;
      after_star = true;
      pattern++;
      continue;
    }
    if (*pattern == '$')
      return !*text || after_star;
    size_t n = strcspn(pattern, "*$");
    const char *found = memmem(text, strlen(text), pattern, n);
    if (!found || (anchored && found != text))
      return false;
    text = found + n;
    pattern += n;
    anchored = after_star = false;
  }
  return true;
}

static bool matches_lsan(const char *pattern, const struct view *frame) {
  return (*frame->name && matches_template(pattern, frame->name)) ||
         (*frame->system_name && matches_template(pattern, frame->system_name)) ||
         (*frame->file && matches_template(pattern, frame->file)) ||
         (*frame->module && matches_template(pattern, frame->module));
}

static bool matches_source(const char *pattern, const struct view *frame) {
  char with_line[4200];
  const char *base = path_base_name(frame->file);
  snprintf(with_line, sizeof(with_line), "%s:%lld", base, (long long)frame->line);
  return !fnmatch(pattern, base, 0) || !fnmatch(pattern, frame->file, 0) ||
         !fnmatch(pattern, with_line, 0);
}

/* "build-id:0123abcd+0x1234", as --gen-suppressions names code that has no name. */
static bool matches_place(const char *pattern, const struct profile *profile,
                          const struct view *frame) {
  _cleanup_strbuf_ struct strbuf place = STRBUF_INIT;
  if (!strstr(pattern, "+0x"))
    return false;
  module_place_append(&place, profile, frame->location);
  return place.length && !fnmatch(pattern, place.data, 0);
}

static bool matches_frame(const char *pattern, const struct profile *profile,
                          const struct view *frame) {
  if (!strncmp(pattern, "fun:", 4))
    return !fnmatch(pattern + 4, frame->system_name, 0) || !fnmatch(pattern + 4, frame->name, 0);
  if (!strncmp(pattern, "obj:", 4))
    return !fnmatch(pattern + 4, frame->module, 0) || matches_place(pattern + 4, profile, frame);
  return matches_source(pattern + 4, frame);
}

/* A suppression while it is applied. */
struct matcher {
  struct suppression *suppression;
  const struct profile *profile;
  struct stack_view stack; /* of the sample at hand, for valgrind's patterns */
  bool *matches;           /* LeakSanitizer's: by location */
  uint64_t *comparisons;   /* of patterns with frames, in all */
};

/* Going back to the last "..." suffices, as with stars. */
static bool matches_frames(const struct matcher *m, char *const *patterns, size_t n) {
  size_t p = 0, f = 0, back_p = SIZE_MAX, back_f = 0;
  const struct stack_view *stack = &m->stack;
  for (; p < n; ++*m->comparisons) {
    if (!strcmp(patterns[p], "...")) {
      back_p = ++p;
      back_f = f;
    } else if (f < stack->count && matches_frame(patterns[p], stack->profile, &stack->frames[f])) {
      p++, f++;
    } else if (back_p != SIZE_MAX && back_f < stack->count) {
      p = back_p;
      f = ++back_f;
    } else
      return false;
  }
  return true;
}

/* Locations are fewer than frames: each is compared once. False if none matches. */
static bool find_locations(const struct matcher *m) {
  bool any = false;
  for (uint32_t i = 0; i < m->profile->n_locations; i++) {
    m->matches[i] = false;
    for (uint32_t k = 0; k < profile_n_frames(&m->profile->locations[i]) && !m->matches[i]; k++) {
      struct view view = view_of(m->profile, i, k);
      m->matches[i] = matches_lsan(m->suppression->frames.data[0], &view);
      ++*m->comparisons;
    }
    any |= m->matches[i];
  }
  return any;
}

static bool matches_any(const struct matcher *m, const struct profile_sample *sample) {
  for (uint32_t i = 0; i < sample->n_locations; i++)
    if (m->matches[sample->locations[i]])
      return true;
  return false;
}

/* Stacks of valgrind begin with the allocator's function, ours with its caller. */
static bool names_allocator(const char *pattern) {
  static const char *const names[] = {"malloc",         "calloc",        "realloc", "memalign",
                                      "posix_memalign", "aligned_alloc", "valloc",  "pvalloc"};
  for (size_t i = 0; !strncmp(pattern, "fun:", 4) && i < sizeof(names) / sizeof(names[0]); i++)
    if (!fnmatch(pattern + 4, names[i], 0))
      return true;
  return !strncmp(pattern, "obj:*vgpreload", 14);
}

static void suppress_figures(struct suppression *s, struct profile_sample *sample,
                             enum leak_kind kind) {
  int64_t *bytes = &sample->values[leak_bytes(kind)],
          *objects = &sample->values[leak_objects(kind)];
  s->used_bytes += *bytes;
  s->used_objects += *objects;
  sample->values[leak_bytes(LEAK_SUPPRESSED)] += *bytes;
  sample->values[leak_objects(LEAK_SUPPRESSED)] += *objects;
  *bytes = *objects = 0;
}

/* Suppresses the blocks that definitely lost blocks of `leader` led to. */
static void suppress_indirect(struct suppression *s, struct profile *profile,
                              const struct profile_sample *leader) {
  int64_t site, lost_by;
  for (size_t i = 0; leak_label(leader, LEAK_LABEL_SITE, &site) && i < profile->n_samples; i++)
    if (leak_label(&profile->samples[i], LEAK_LABEL_LOST_BY, &lost_by) && lost_by == site)
      suppress_figures(s, &profile->samples[i], LEAK_INDIRECT);
}

static void suppress_sample(struct suppression *s, struct profile *profile,
                            struct profile_sample *sample) {
  bool leads = sample->values[leak_objects(LEAK_DEFINITE)] && s->kinds & 1u << LEAK_DEFINITE;
  for (int kind = 0; kind < LEAK_SUPPRESSED; kind++)
    if (s->kinds & 1u << kind && sample->values[leak_objects(kind)])
      suppress_figures(s, sample, kind);
  if (leads)
    suppress_indirect(s, profile, sample);
}

static struct error *sample_matches(struct matcher *m, const struct profile_sample *sample,
                                    bool *ret) {
  const struct suppression *s = m->suppression;
  char *const *frames = s->frames.data;
  size_t n = s->frames.count;
  if (s->lsan)
    *ret = matches_any(m, sample);
  else if (!stack_unfold(m->profile, sample, &m->stack))
    return &error_no_memory;
  else {
    *m->comparisons += m->stack.count;
    *ret = matches_frames(m, frames, n) ||
           (names_allocator(frames[0]) && matches_frames(m, frames + 1, n - 1));
  }
  return work_check(WORK_MATCHES, *m->comparisons, 0);
}

static struct error *suppression_apply(struct matcher *m, struct profile *profile) {
  struct error *err = NULL;
  if (m->suppression->lsan && !find_locations(m))
    return work_check(WORK_MATCHES, *m->comparisons, 0);
  for (size_t i = 0; i < profile->n_samples && !err; i++) {
    bool matches = false;
    err = sample_matches(m, &profile->samples[i], &matches);
    if (!err && matches)
      suppress_sample(m->suppression, profile, &profile->samples[i]);
  }
  return err;
}

struct error *suppressions_apply(struct suppressions *suppressions, struct profile *profile) {
  uint64_t comparisons = 0;
  _cleanup_free_ bool *matches = calloc(profile->n_locations + 1, sizeof(*matches));
  struct matcher m = {.profile = profile, .matches = matches, .comparisons = &comparisons};
  struct error *err = matches ? NULL : &error_no_memory;
  for (size_t i = 0; i < suppressions->count && !err; i++) {
    m.suppression = &suppressions->data[i];
    err = suppression_apply(&m, profile);
  }
  free(m.stack.frames);
  return err;
}
