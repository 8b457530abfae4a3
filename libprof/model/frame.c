#include "model/frame.h"

#include "base/path.h"

#include <string.h>
#include <xxhash.h>

const struct profile_function *profile_frame_function(const struct profile *profile,
                                                      const struct profile_location *location,
                                                      uint32_t line_index) {
  const struct profile_line *line = profile_frame_line(location, line_index);
  return line ? &profile->functions[line->function] : NULL;
}

/* The name if debug information has any, else NULL. */
static const char *function_name(const struct profile_function *function) {
  if (!function)
    return NULL;
  if (*function->name)
    return function->name;
  if (*function->system_name)
    return function->system_name;
  return *function->file ? function->file : NULL;
}

/* "[libc.so.6]" for /lib/libc.so.6; "[vdso]" stays as it is. */
static const char *bracketed(const char *path, struct arena *arena) {
  const char *base = *path_base_name(path) ? path_base_name(path) : path;
  size_t n = strlen(base);
  if (base[0] == '[')
    return base;
  char *name = arena_alloc(arena, n + 3);
  if (name) {
    name[0] = '[';
    memcpy(name + 1, base, n);
    name[n + 1] = ']';
  }
  return name;
}

const char *profile_frame_name(const struct profile *profile,
                               const struct profile_location *location, uint32_t line_index,
                               struct arena *arena) {
  const char *name = function_name(profile_frame_function(profile, location, line_index));
  if (name)
    return name;
  if (location->mapping == PROFILE_NONE || !*profile->mappings[location->mapping].file)
    return "<unknown>";
  return bracketed(profile->mappings[location->mapping].file, arena);
}

struct error *frame_names_init(struct frame_names *names, const struct profile *profile,
                               struct arena *arena) {
  *names = (struct frame_names){.profile = profile, .arena = arena};
  names->by_mapping = arena_calloc(arena, profile->n_mappings, sizeof(*names->by_mapping));
  names->distinct = arena_calloc(arena, profile->n_mappings, sizeof(*names->distinct));
  return names->by_mapping && names->distinct ? NULL : &error_no_memory;
}

void frame_names_deinit(struct frame_names *names) {
  hash_index_deinit(&names->index);
}

static bool same_name(const void *context, uint32_t index, const void *key) {
  return strcmp(((const struct frame_names *)context)->distinct[index], key) == 0;
}

/* Two mappings may be of files with the same last part: one pointer for both. */
static const char *mapping_name(struct frame_names *names,
                                const struct profile_location *location) {
  const char *name = profile_frame_name(names->profile, location, UINT32_MAX, names->arena);
  if (!name)
    return NULL;
  uint64_t hash = XXH3_64bits(name, strlen(name));
  uint32_t index = hash_index_find(&names->index, hash, same_name, names, name);
  if (index != HASH_INDEX_NONE)
    return names->distinct[index];
  if (!hash_index_add(&names->index, hash, (uint32_t)names->n_distinct))
    return NULL;
  return names->distinct[names->n_distinct++] = name;
}

const char *frame_names_get(struct frame_names *names, const struct profile_location *location,
                            uint32_t line_index) {
  const char *name = function_name(profile_frame_function(names->profile, location, line_index));
  if (name)
    return name;
  if (location->mapping == PROFILE_NONE || !*names->profile->mappings[location->mapping].file)
    return "<unknown>";
  const char **known = &names->by_mapping[location->mapping];
  if (!*known)
    *known = mapping_name(names, location);
  return *known;
}

bool frame_name_is_missing(const char *name) {
  const char *plus = strrchr(name, '+');
  return !*name || *name == '[' ||
         (plus && plus > name && plus[1] == '0' && plus[2] == 'x' && plus[3] &&
          !plus[3 + strspn(plus + 3, "0123456789abcdef")]);
}
