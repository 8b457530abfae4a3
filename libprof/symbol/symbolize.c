#include "symbol/symbolize.h"

#include "base/cleanup.h"
#include "symbol/apply.h"
#include "symbol/binary.h"
#include "symbol/cache.h"
#include "symbol/debuginfod.h"
#include "symbol/label_types.h"
#include "symbol/module.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* A location to look up. */
struct wanted {
  uint32_t location;
  const struct profile_mapping *mapping;
  struct code_place place;
};

/* The locations of one file (interned strings: equal file and build-id are equal pointers). */
struct group {
  const struct wanted *wanted;
  size_t n;
  const char *file, *build_id;
};

struct session {
  struct symbolize_options options;
  char *cache_dir; /* owned; NULL: no cache */
  struct profile *profile;
  struct apply apply;
  struct symbol_type *types; /* by location, of what its call returns */
};

static int compare_places(const void *a, const void *b) {
  const struct wanted *x = a, *y = b;
  if (x->mapping->file != y->mapping->file)
    return x->mapping->file < y->mapping->file ? -1 : 1;
  if (x->mapping->build_id != y->mapping->build_id)
    return x->mapping->build_id < y->mapping->build_id ? -1 : 1;
  return (x->place.offset > y->place.offset) - (x->place.offset < y->place.offset);
}

bool symbolize_has_name(const struct profile *profile, const struct profile_location *location) {
  return location->n_lines && !is_stand_in(profile, location);
}

static bool is_wanted(const struct session *s, const struct profile_location *location) {
  return s->options.force || !symbolize_has_name(s->profile, location);
}

static struct code_place place_of(const struct profile_mapping *mapping, uint64_t address) {
  return (struct code_place){.offset = address - mapping->start + mapping->offset,
                             .address = address,
                             .mapping_offset = mapping->offset};
}

/* Those in no mapping are done at once. */
static bool collect_places(struct session *s, struct wanted *wanted, size_t *ret_n) {
  size_t n = 0;
  for (uint32_t i = 0; i < s->profile->n_locations; i++) {
    const struct profile_location *location = &s->profile->locations[i];
    if (!is_wanted(s, location))
      continue;
    if (location->mapping == PROFILE_NONE) {
      if (!location->n_lines && !apply_stand_in(&s->apply, i, 0))
        return false;
      continue;
    }
    const struct profile_mapping *mapping = &s->profile->mappings[location->mapping];
    wanted[n++] = (struct wanted){i, mapping, place_of(mapping, location->address)};
  }
  if (n)
    qsort(wanted, n, sizeof(*wanted), compare_places);
  *ret_n = n;
  return true;
}

static void warn_unnamed(const struct session *s, const struct group *g,
                         enum binary_status status) {
  if (!s->options.warn || g->file[0] != '/')
    return;
  _cleanup_free_ char *message = NULL;
  int n =
      status == BINARY_DIFFERENT
          ? asprintf(
                &message,
                "%s is not the file that was profiled (its build-id is not %s); its functions stay "
                "unnamed: put the old file back or its debug file under %s/.build-id",
                g->file, g->build_id, SYMBOL_DEBUG_DIRS)
          : asprintf(&message, "%s cannot be read as an ELF file; its functions stay unnamed",
                     g->file);
  if (n >= 0)
    s->options.warn(message, s->options.warn_context);
}

/* The build-id under which answers are kept: the profile's, else the file's own. */
static void cache_build_id(const struct group *g, char ret[static BUILD_ID_HEX_MAX]) {
  struct binary binary;
  ret[0] = '\0';
  if (*g->build_id) {
    if (strlen(g->build_id) < BUILD_ID_HEX_MAX)
      strcpy(ret, g->build_id);
  } else if (binary_find(g->file, "", "", &binary) == BINARY_FOUND) {
    strcpy(ret, binary.build_id);
    binary_deinit(&binary);
  }
}

/* The places that `known` does not answer, each offset once. */
static size_t missing_places(const struct group *g, const struct symbol_results *known,
                             struct code_place *ret) {
  size_t n = 0;
  for (size_t i = 0; i < g->n; i++) {
    const struct code_place *place = &g->wanted[i].place;
    if ((!n || ret[n - 1].offset != place->offset) && !symbol_results_find(known, place->offset))
      ret[n++] = *place;
  }
  return n;
}

/* Adds the answers for places to `known`; *status says whether the file could be used. */
static bool look_up_group(struct session *s, const struct group *g, const struct code_place *places,
                          size_t n, const struct symbol_cache_key *key,
                          struct symbol_results *known, enum binary_status *status) {
  struct binary binary;
  const char *dirs = s->options.debug_dirs;
  *status = binary_find(g->file, g->build_id, dirs, &binary);
  if (*status != BINARY_FOUND)
    return true;
  struct symbol_module *module = symbol_module_open(&binary, dirs);
  bool ok = !module || symbol_module_resolve(module, places, n, known);
  symbol_results_sort(known);
  if (module && ok && key)
    symbol_cache_store(key, *symbol_module_debug_file(module), symbol_module_debug_link(module),
                       known);
  symbol_module_close(module);
  binary_deinit(&binary);
  return ok;
}

static bool apply_type(struct session *s, uint32_t location, const struct symbol_type *type) {
  if (type->form == BLOCK_NONE)
    return true;
  s->types[location] = *type;
  return (s->types[location].name = profile_string(s->profile, type->name)) &&
         (s->types[location].layout = profile_string(s->profile, type->layout));
}

static bool apply_group(struct session *s, const struct group *g,
                        const struct symbol_results *results) {
  for (size_t i = 0; i < g->n; i++) {
    const struct wanted *w = &g->wanted[i];
    const struct symbol_result *item = symbol_results_find(results, w->place.offset);
    bool named = s->profile->locations[w->location].n_lines > 0;
    if (item && item->n_frames) {
      if (!apply_frames(&s->apply, w->location, results, item) ||
          !apply_type(s, w->location, &item->type))
        return false;
    } else if ((!named || is_stand_in(s->profile, &s->profile->locations[w->location])) &&
               !apply_stand_in(&s->apply, w->location, item ? item->start : w->place.offset))
      return false;
  }
  return true;
}

static bool symbolize_group(struct session *s, const struct group *g) {
  struct symbol_results results = {0};
  char build_id[BUILD_ID_HEX_MAX] = "";
  if (s->cache_dir)
    cache_build_id(g, build_id);
  struct symbol_cache_key key = {s->cache_dir, build_id, g->file, s->options.debug_dirs};
  bool cached = *build_id && symbol_cache_load(&key, &results);
  _cleanup_free_ struct code_place *places = calloc(g->n, sizeof(*places));
  bool ok = places;
  size_t n = ok ? missing_places(g, &results, places) : 0;
  if (n) {
    enum binary_status status;
    ok = look_up_group(s, g, places, n, *build_id ? &key : NULL, &results, &status);
    if (status != BINARY_FOUND && !cached)
      warn_unnamed(s, g, status);
  }
  ok = ok && apply_group(s, g, &results);
  symbol_results_deinit(&results);
  return ok;
}

static bool symbolize_groups(struct session *s, const struct wanted *wanted, size_t n) {
  for (size_t i = 0, end; i < n; i = end) {
    const struct profile_mapping *m = wanted[i].mapping;
    for (end = i + 1; end < n && wanted[end].mapping->file == m->file &&
                      wanted[end].mapping->build_id == m->build_id;)
      end++;
    struct group group = {wanted + i, end - i, m->file, m->build_id};
    if (!symbolize_group(s, &group))
      return false;
  }
  return true;
}

static void session_init(struct session *s, struct profile *profile,
                         const struct symbolize_options *options) {
  *s = (struct session){.profile = profile};
  if (options)
    s->options = *options;
  if (!s->options.debug_dirs)
    s->options.debug_dirs = SYMBOL_DEBUG_DIRS;
  if (s->options.no_cache)
    return;
  if (!s->options.cache_dir)
    s->cache_dir = symbol_cache_directory();
  else if (symbol_cache_use_directory(s->options.cache_dir))
    s->cache_dir = strdup(s->options.cache_dir);
}

static struct error *symbolize(struct profile *profile, const struct symbolize_options *options) {
  struct session s;
  session_init(&s, profile, options);
  _cleanup_free_ struct wanted *wanted = calloc(profile->n_locations + 1, sizeof(*wanted));
  _cleanup_free_ struct symbol_type *types = calloc(profile->n_locations + 1, sizeof(*types));
  size_t n = 0;
  bool ok = wanted && types && apply_init(&s.apply, profile);
  if (ok) {
    s.types = types;
    ok = collect_places(&s, wanted, &n) && symbolize_groups(&s, wanted, n) &&
         label_types(profile, types);
    apply_deinit(&s.apply);
  }
  if (debuginfod_gave_up() && s.options.warn)
    s.options.warn("the servers in DEBUGINFOD_URLS did not answer in time and are not asked again",
                   s.options.warn_context);
  free(s.cache_dir);
  return ok ? NULL : &error_no_memory;
}

struct error *symbolize_profile(struct profile *profile, const struct symbolize_options *options) {
  static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&one_at_a_time);
  struct error *err = symbolize(profile, options);
  pthread_mutex_unlock(&one_at_a_time);
  return err;
}
