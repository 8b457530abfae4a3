#include "report/leak_points.h"

#include "model/allocator_names.h"
#include "model/frame.h"
#include "model/leak_points.h"
#include "report/json.h"
#include "report/text.h"

#include <inttypes.h>
#include <stdlib.h>

static const char *label_of(const struct leak_entry *entry) {
  return leak_text(entry->sample, LEAK_LABEL_POINTS, entry->kind);
}

struct leak_site {
  int64_t site;
  const struct profile_sample *sample;
};

static int compare_sites(const void *a, const void *b) {
  const struct leak_site *x = a, *y = b;
  return (x->site > y->site) - (x->site < y->site);
}

struct error *leak_sites_init(struct leak_sites *sites, const struct profile *profile) {
  *sites = (struct leak_sites){profile, calloc(profile->n_samples + 1, sizeof(*sites->data)), 0};
  if (!sites->data)
    return &error_no_memory;
  for (size_t i = 0; i < profile->n_samples; i++) {
    struct leak_site *site = &sites->data[sites->count];
    site->sample = &profile->samples[i];
    sites->count += leak_label(site->sample, LEAK_LABEL_SITE, &site->site);
  }
  qsort(sites->data, sites->count, sizeof(*sites->data), compare_sites);
  return NULL;
}

void leak_sites_deinit(struct leak_sites *sites) {
  free(sites->data);
}

static const struct profile_sample *sample_of(const struct leak_sites *sites, int64_t wanted) {
  struct leak_site key = {.site = wanted};
  const struct leak_site *found =
      bsearch(&key, sites->data, sites->count, sizeof(key), compare_sites);
  return found ? found->sample : NULL;
}

/* The function that allocated the block: the innermost that is no allocator's. NULL if no stack is
 * known. */
static const char *function_of(const struct leak_sites *sites, int64_t site) {
  const struct profile_sample *sample = sample_of(sites, site);
  const struct profile *profile = sites->profile;
  const char *first = NULL;
  for (uint32_t i = 0; sample && i < sample->n_locations; i++) {
    const struct profile_location *location = &profile->locations[sample->locations[i]];
    for (uint32_t k = 0; k < profile_n_frames(location); k++) {
      const struct profile_function *function = profile_frame_function(profile, location, k);
      if (function && !allocator_name_is_known(function->name))
        return function->name;
      first = first || !function ? first : function->name;
    }
  }
  return first;
}

static void append_block(struct strbuf *sb, const struct leak_sites *sites,
                         const struct leak_point *point) {
  const char *function = function_of(sites, point->site);
  if (point->address != point->start)
    strbuf_appendf(sb, "%" PRIu64 " bytes into ", point->address - point->start);
  strbuf_appendf(sb, "%" PRIu64 " bytes at 0x%" PRIx64 ", %s", point->size, point->start,
                 leak_kind_words[point->kind]);
  if (function) {
    strbuf_append(sb, ", allocated in ");
    text_escape(sb, function);
  }
}

static void append_part(struct strbuf *sb, const char *text, size_t n) {
  _cleanup_strbuf_ struct strbuf part = STRBUF_INIT;
  strbuf_append_n(&part, text, n);
  text_escape(sb, part.length ? part.data : "");
}

static void append_file(struct strbuf *sb, const struct leak_point *point) {
  if (point->symbol_length)
    append_part(sb, point->symbol, point->symbol_length);
  else
    strbuf_appendf(sb, "0x%" PRIx64, point->address);
  strbuf_append(sb, " in ");
  append_part(sb, point->path, point->path_length);
}

void leak_points_append(struct strbuf *sb, const struct leak_sites *sites,
                        const struct leak_entry *entry) {
  const char *at = label_of(entry);
  struct leak_point point;
  if (at)
    strbuf_append(sb, "  it points to:\n");
  while (at && leak_point_next(&at, &point)) {
    if (point.class == LEAK_POINT_MORE)
      strbuf_appendf(sb, "    and %" PRIu64 " more", point.offset);
    else
      strbuf_appendf(sb, "    +%-4" PRIu64 " ", point.offset);
    if (point.class == LEAK_POINT_BLOCK)
      append_block(sb, sites, &point);
    else if (point.class == LEAK_POINT_FILE)
      append_file(sb, &point);
    strbuf_append_char(sb, '\n');
  }
}

static json_t *part_json(const char *text, size_t n) {
  _cleanup_strbuf_ struct strbuf part = STRBUF_INIT;
  strbuf_append_n(&part, text, n);
  return strbuf_failed(&part) ? NULL : json_text(part.length ? part.data : "");
}

static int set_block(json_t *object, const struct leak_sites *sites,
                     const struct leak_point *point) {
  json_t *block = json_object();
  const char *function = function_of(sites, point->site);
  int failed = json_object_set_new(block, "address", json_address(point->start));
  failed |= json_object_set_new(block, "bytes", json_integer((json_int_t)point->size));
  failed |= json_object_set_new(block, "kind", json_string(leak_kind_names[point->kind]));
  failed |= json_object_set_new(block, "site", json_integer(point->site));
  if (function)
    failed |= json_object_set_new(block, "function", json_text(function));
  return failed | json_object_set_new(object, "block", block);
}

static json_t *point_json(const struct leak_sites *sites, const struct leak_point *point) {
  json_t *object = json_object();
  int failed = json_object_set_new(object, "offset", json_integer((json_int_t)point->offset));
  failed |= json_object_set_new(object, "address", json_address(point->address));
  if (point->class == LEAK_POINT_BLOCK)
    failed |= set_block(object, sites, point);
  else
    failed |= json_object_set_new(object, "module", part_json(point->path, point->path_length));
  if (point->symbol_length)
    failed |= json_object_set_new(object, "symbol", part_json(point->symbol, point->symbol_length));
  if (!failed)
    return object;
  json_decref(object);
  return NULL;
}

json_t *leak_points_json(const struct leak_sites *sites, const struct leak_entry *entry) {
  const char *at = label_of(entry);
  json_t *array = json_array();
  struct leak_point point;
  int failed = !array;
  while (at && !failed && leak_point_next(&at, &point))
    if (point.class != LEAK_POINT_MORE)
      failed = json_array_append_new(array, point_json(sites, &point));
  if (!failed)
    return array;
  json_decref(array);
  return NULL;
}
