#include "model/allocator_frames.h"

#include "base/cleanup.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "model/frame.h"

#include <string.h>

/* Names as the demangler writes them without parameters, and the heads of families of templates and
 * of Rust paths. */
static const char *const names[] = {
    "malloc",
    "calloc",
    "realloc",
    "reallocarray",
    "memalign",
    "aligned_alloc",
    "valloc",
    "pvalloc",
    "posix_memalign",
    "memprof_report_alloc",
    "operator new",
    "operator new[]",
    "__rust_alloc",
    "__rdl_alloc",
    "__rust_realloc",
    "__rdl_realloc",
    "__rust_alloc_zeroed",
    "__rdl_alloc_zeroed",
    "alloc::alloc::alloc",
    "alloc::alloc::realloc",
    "alloc::alloc::alloc_zeroed",
    "alloc::alloc::Global::alloc_impl",
    "alloc::alloc::exchange_malloc",
};
static const char *const families[] = {
    "std::allocator<",           "std::__new_allocator<",   "std::allocator_traits<",
    "__gnu_cxx::new_allocator<", "<std::alloc::System as ", "<alloc::alloc::Global as ",
};
/* Members of a family that allocate; others (construct) run user code. */
static const char *const members[] = {"::allocate", "::alloc", "::realloc", "::alloc_zeroed",
                                      "::grow"};

static bool is_allocator(const char *name) {
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
    if (!strcmp(name, names[i]))
      return true;
  for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
    if (!strncmp(name, families[i], strlen(families[i])))
      for (size_t k = 0; k < sizeof(members) / sizeof(members[0]); k++)
        if (ends_with(name, members[k]))
          return true;
  return false;
}

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

static struct error *set_pattern(struct profile *profile, const uint8_t *marks) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  for (size_t i = 0; i < profile->n_functions; i++)
    if (marks[i] == (IS_ALLOCATOR | SEEN)) {
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
    marks[i] = is_allocator(profile->functions[i].name) ? IS_ALLOCATOR : 0;
  for (size_t i = 0; i < profile->n_samples; i++)
    mark_sample(profile, &profile->samples[i], marks);
  spread_by_name(profile, marks);
  return set_pattern(profile, marks);
}
