#include "model/allocator_frames.h"

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "model/allocator_names.h"
#include "model/frame.h"

#include <string.h>

enum { IS_ALLOCATOR = 1, SEEN = 2, CALLS_OTHERS = 4 };

/* From the leaf: an allocator's function stays a candidate while nothing but such functions lie
 * below it. */
static void mark_sample(const struct profile *profile, const struct profile_sample *sample,
                        uint8_t *marks) {
  bool only_allocators = true;
  for (uint32_t i = 0; i < sample->n_locations; i++) {
    const struct profile_location *location = &profile->locations[sample->locations[i]];
    for (uint32_t k = 0; k < location->n_lines; k++) {
      uint8_t *mark = &marks[location->lines[k].function];
      *mark |= SEEN | (only_allocators ? 0 : CALLS_OTHERS);
      only_allocators = only_allocators && *mark & IS_ALLOCATOR;
    }
    if (!location->n_lines)
      only_allocators = false;
  }
}

/* pprof goes by names: what is true of one function is true of all of that name. */
static void spread_by_name(const struct profile *profile, uint8_t *marks) {
  for (size_t i = 0; i < profile->n_functions; i++)
    if (marks[i] & IS_ALLOCATOR && marks[i] & CALLS_OTHERS)
      for (size_t k = 0; k < profile->n_functions; k++)
        if (profile->functions[k].name == profile->functions[i].name)
          marks[k] |= CALLS_OTHERS;
}

static void append_quoted(struct strbuf *sb, const char *name) {
  for (; *name; name++) {
    if (strchr("\\.+*?()|[]{}^$", *name))
      strbuf_append_char(sb, '\\');
    strbuf_append_char(sb, *name);
  }
}

/* Functions of one name are one to pprof; names are interned. */
static bool is_named_before(const struct profile *profile, const uint8_t *marks, size_t function) {
  for (size_t i = 0; i < function; i++)
    if (marks[i] == (IS_ALLOCATOR | SEEN) &&
        profile->functions[i].name == profile->functions[function].name)
      return true;
  return false;
}

static struct error *set_pattern(struct profile *profile, const uint8_t *marks) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  for (size_t i = 0; i < profile->n_functions; i++)
    if (marks[i] == (IS_ALLOCATOR | SEEN) && !is_named_before(profile, marks, i)) {
      strbuf_append(&sb, sb.length ? "|" : "");
      append_quoted(&sb, profile->functions[i].name);
    }
  if (!sb.length && !strbuf_failed(&sb))
    return NULL;
  const char *pattern = strbuf_failed(&sb) ? NULL : profile_string(profile, sb.data);
  if (!pattern)
    return &error_no_memory;
  profile->drop_frames = pattern;
  return NULL;
}

struct error *profile_drop_allocator_frames(struct profile *profile) {
  _cleanup_free_ uint8_t *marks = calloc(profile->n_functions + 1, 1);
  if (!marks)
    return &error_no_memory;
  for (size_t i = 0; i < profile->n_functions; i++)
    marks[i] = allocator_name_allocates(profile->functions[i].name) ? IS_ALLOCATOR : 0;
  for (size_t i = 0; i < profile->n_samples; i++)
    mark_sample(profile, &profile->samples[i], marks);
  spread_by_name(profile, marks);
  return set_pattern(profile, marks);
}
