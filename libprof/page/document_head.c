#include "page/document_head.h"

#include "model/resident_look.h"
#include "model/totals.h"
#include "report/figure.h"
#include "report/head.h"
#include "report/json.h"

#include <float.h>
#include <math.h>
#include <string.h>

static json_t *total_json(const struct profile *profile, int type) {
  struct spread spread;
  int64_t total = head_total(profile, type, &spread);
  struct interval ends = spread_interval(&spread, (double)total);
  if (ends.low == ends.high)
    return interval_json(total, ends);
  return json_pack("{s:I, s:f, s:f}", "value", (json_int_t)total, "low", fmax(ends.low, -DBL_MAX),
                   "high", fmin(ends.high, DBL_MAX));
}

static json_t *types_json(const struct page_profiles *profiles) {
  json_t *types = json_array();
  int failed = 0;
  for (size_t t = 0; t < profiles->n_types; t++) {
    const struct page_type *type = &profiles->types[t];
    json_t *object = json_object(), *totals = json_array();
    failed |= json_object_set_new(object, "type", json_text(type->type));
    failed |= json_object_set_new(object, "unit", json_text(type->unit));
    for (size_t side = 0; side < profiles->n_sides; side++)
      failed |= json_array_append_new(totals,
                                      total_json(profiles->sides[side].profile, type->index[side]));
    failed |= json_object_set_new(object, "totals", totals);
    failed |= json_array_append_new(types, object);
  }
  if (!failed)
    return types;
  json_decref(types);
  return NULL;
}

/* Peak RSS and what it was made of when somebody looked; null where that is not known. */
static json_t *memory_json(const struct profile *profile) {
  struct resident_look look;
  const char *program;
  uint64_t rss = profile_peak_rss(profile);
  if (!rss)
    return json_null();
  json_t *memory = json_pack("{s:I}", "peak_rss", (json_int_t)rss);
  if (!profile_resident_look(profile, &look, &program))
    return memory;
  const struct {
    const char *key;
    uint64_t bytes;
  } parts[] = {{"total", look.total},         {"live", look.live},
               {"allocator", look.allocator}, {"rounding", look.rounding},
               {"anonymous", look.anonymous}, {"stacks", look.stacks},
               {"modules", look.modules},     {"files", look.files},
               {"shared", look.shared},       {"recording", look.recording}};
  json_t *resident = json_object();
  int failed = 0;
  for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
    failed |= json_object_set_new(resident, parts[i].key, json_integer((json_int_t)parts[i].bytes));
  failed |= json_object_set_new(resident, "detailed", json_boolean(look.detailed));
  failed |= json_object_set_new(memory, "resident", resident);
  if (!failed)
    return memory;
  json_decref(memory);
  return NULL;
}

static json_t *side_json(const struct page_side *side, bool confidential) {
  json_t *object = json_object();
  struct report_options options = {.profile_name = side->name, .type = 0};
  int failed = head_json(side->profile, &options, object);
  /* The page has all sample types. */
  (void)json_object_del(object, "sample_type");
  (void)json_object_del(object, "total");
  if (confidential)
    failed |= json_object_set_new(object, "comments", json_array());
  failed |=
      json_object_set_new(object, "n_samples", json_integer((json_int_t)side->profile->n_samples));
  failed |= json_object_set_new(object, "memory", memory_json(side->profile));
  if (!failed)
    return object;
  json_decref(object);
  return NULL;
}

struct error *document_head_append(struct strbuf *sb, const struct page_profiles *profiles,
                                   bool confidential) {
  json_t *document = json_document("page"), *sides = json_array();
  int failed = 0;
  for (size_t i = 0; i < profiles->n_sides; i++)
    failed |= json_array_append_new(sides, side_json(&profiles->sides[i], confidential));
  failed |= json_object_set_new(document, "profiles", sides);
  failed |= json_object_set_new(document, "types", types_json(profiles));
  failed |= json_object_set_new(document, "shown", json_integer((json_int_t)profiles->shown));
  char *text = document && !failed ? json_dumps(document, JSON_COMPACT) : NULL;
  json_decref(document);
  if (!text)
    return &error_no_memory;
  strbuf_append_n(sb, text, strlen(text) - 1);
  json_free_text(text);
  return NULL;
}
