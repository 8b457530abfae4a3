#include "symbol/apply.h"

#include "base/cleanup.h"
#include "base/path.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <stdio.h>
#include <string.h>

/* Strings of a profile are interned, so their addresses stand for them. */
struct key {
  const char *name, *system_name, *file;
  int64_t start_line;
};

static struct key key_of(const struct profile_function *f) {
  return (struct key){f->name, f->system_name, f->file, f->start_line};
}

static bool equal(const void *context, uint32_t index, const void *key) {
  const struct profile *profile = context;
  struct key other = key_of(&profile->functions[index]);
  return !memcmp(&other, key, sizeof(other));
}

static bool intern_function(struct apply *apply, const struct profile_function *function,
                            uint32_t *ret) {
  struct key key = key_of(function);
  uint64_t hash = XXH3_64bits(&key, sizeof(key));
  *ret = hash_index_find(&apply->functions, hash, equal, apply->profile, &key);
  if (*ret != HASH_INDEX_NONE)
    return true;
  _cleanup_error_ struct error *err = profile_add_function(apply->profile, function, ret);
  return !err && hash_index_add(&apply->functions, hash, *ret);
}

bool apply_init(struct apply *apply, struct profile *profile) {
  *apply = (struct apply){.profile = profile};
  for (uint32_t i = 0; i < profile->n_functions; i++) {
    struct key key = key_of(&profile->functions[i]);
    uint64_t hash = XXH3_64bits(&key, sizeof(key));
    if (hash_index_find(&apply->functions, hash, equal, profile, &key) == HASH_INDEX_NONE &&
        !hash_index_add(&apply->functions, hash, i)) {
      apply_deinit(apply);
      return false;
    }
  }
  return true;
}

void apply_deinit(struct apply *apply) {
  hash_index_deinit(&apply->functions);
}

static bool make_line(struct apply *apply, const struct symbol_frame *frame,
                      struct profile_line *ret) {
  struct profile_function function = {.name = profile_string(apply->profile, frame->name),
                                      .system_name =
                                          profile_string(apply->profile, frame->system_name),
                                      .file = profile_string(apply->profile, frame->file),
                                      .start_line = frame->start_line};
  ret->line = frame->line;
  return function.name && function.system_name && function.file &&
         intern_function(apply, &function, &ret->function);
}

static void set_flags(struct profile_mapping *mapping, const struct symbol_frame *frame,
                      bool from_dwarf) {
  mapping->has_functions = true;
  mapping->has_filenames |= *frame->file != '\0';
  mapping->has_line_numbers |= frame->line > 0;
  mapping->has_inline_frames |= from_dwarf;
}

bool apply_frames(struct apply *apply, uint32_t index, const struct symbol_results *results,
                  const struct symbol_result *item) {
  const struct symbol_frame *frames = results->frames + item->first_frame;
  struct profile_line *lines = profile_array(apply->profile, item->n_frames, sizeof(*lines));
  if (!lines)
    return false;
  for (uint32_t i = 0; i < item->n_frames; i++)
    if (!make_line(apply, &frames[i], &lines[i]))
      return false;
  struct profile_location *location = &apply->profile->locations[index];
  location->lines = lines;
  location->n_lines = item->n_frames;
  location->is_folded = item->is_folded;
  if (location->mapping != PROFILE_NONE)
    for (uint32_t i = 0; i < item->n_frames; i++)
      set_flags(&apply->profile->mappings[location->mapping], &frames[i], item->from_dwarf);
  return true;
}

static const char *base_name(const char *path) {
  const char *base = path_base_name(path);
  return *base ? base : path;
}

/* The common name of all code in a mapping without a file; NULL for a mapping that shows a file. */
static const char *anonymous_name(const struct profile *profile,
                                  const struct profile_location *location) {
  if (location->mapping == PROFILE_NONE)
    return "[unknown]";
  const char *file = profile->mappings[location->mapping].file;
  if (*file == '[')
    return file;
  if (!*file)
    return "[unknown]";
  return !strncmp(file, "//anon", 6) ? "[anon]" : NULL;
}

/* The bytes of a library's name in front of ".so.6": pprof's graphs break names into lines at dots.
 */
static size_t stem_length(const char *base) {
  for (const char *so = base; (so = strstr(so, ".so")); so++)
    if (so > base && (!so[3] || so[3] == '.'))
      return (size_t)(so - base);
  return strlen(base);
}

bool apply_stand_in(struct apply *apply, uint32_t index, uint64_t start) {
  struct profile *profile = apply->profile;
  const struct profile_location *location = &profile->locations[index];
  const char *name = anonymous_name(profile, location);
  _cleanup_free_ char *text = NULL;
  if (!name) {
    const char *base = base_name(profile->mappings[location->mapping].file);
    if (asprintf(&text, "%.*s+0x%lx", (int)stem_length(base), base, (unsigned long)start) < 0)
      text = NULL;
    name = text;
  }
  struct profile_line *lines = profile_array(profile, 1, sizeof(*lines));
  struct symbol_frame frame = {.name = name, .system_name = name, .file = ""};
  if (!name || !lines || !make_line(apply, &frame, lines))
    return false;
  profile->locations[index].lines = lines;
  profile->locations[index].n_lines = 1;
  return true;
}

/* "+0x12", and nothing more. */
static bool is_address(const char *s) {
  return !strncmp(s, "+0x", 3) && !s[3 + strspn(s + 3, "0123456789abcdef")];
}

/* Earlier versions of memprof wrote the whole name of the file. */
bool is_stand_in(const struct profile *profile, const struct profile_location *location) {
  if (location->n_lines != 1 || location->lines[0].line)
    return false;
  const struct profile_function *f = &profile->functions[location->lines[0].function];
  if (*f->file || f->start_line || f->name != f->system_name)
    return false;
  const char *name = anonymous_name(profile, location);
  if (name)
    return !strcmp(f->name, name);
  const char *base = base_name(profile->mappings[location->mapping].file);
  size_t n = strlen(base), stem = stem_length(base);
  return (!strncmp(f->name, base, n) && is_address(f->name + n)) ||
         (!strncmp(f->name, base, stem) && is_address(f->name + stem));
}
