/* Whether profiles measure the same things, and if not, how to say so. */
#include "model/compatible.h"

#include "base/strbuf.h"

#include <string.h>

static bool same_type(const struct profile_value_type *a, const struct profile_value_type *b) {
  return strcmp(a->type, b->type) == 0 && strcmp(a->unit, b->unit) == 0;
}

static bool same_sample_types(const struct profile *a, const struct profile *b) {
  if (a->n_sample_types != b->n_sample_types)
    return false;
  for (size_t i = 0; i < a->n_sample_types; i++)
    if (!same_type(&a->sample_types[i], &b->sample_types[i]))
      return false;
  return true;
}

/* "alloc_objects/count, alloc_space/bytes": the first few. */
static void describe_types(struct strbuf *sb, const struct profile *profile) {
  enum { SHOWN = 8 };
  for (size_t i = 0; i < profile->n_sample_types && i < SHOWN; i++)
    strbuf_appendf(sb, "%s%s/%s", i ? ", " : "", profile->sample_types[i].type,
                   profile->sample_types[i].unit);
  if (profile->n_sample_types > SHOWN)
    strbuf_append(sb, ", ...");
}

static void append_name(struct strbuf *sb, const char *const *names, size_t i) {
  if (names)
    strbuf_append(sb, names[i]);
  else
    strbuf_appendf(sb, "profile %zu", i + 1);
}

static struct error *differ(const struct profile *const *profiles, const char *const *names,
                            size_t i) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  append_name(&sb, names, i);
  strbuf_append(&sb, " has sample types ");
  describe_types(&sb, profiles[i]);
  strbuf_append(&sb, "; ");
  append_name(&sb, names, 0);
  strbuf_append(&sb, " has ");
  describe_types(&sb, profiles[0]);
  strbuf_append(&sb, ": only profiles of the same kind can be combined");
  return strbuf_failed(&sb) ? &error_no_memory : error_create(ERROR_BAD_INPUT, "%s", sb.data);
}

struct error *profile_check_compatible(const struct profile *const *profiles,
                                       const char *const *names, size_t i) {
  const struct profile *a = profiles[0], *b = profiles[i];
  if (!same_sample_types(a, b))
    return differ(profiles, names, i);
  if (same_type(&a->period_type, &b->period_type))
    return NULL;
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  append_name(&sb, names, i);
  strbuf_appendf(&sb, " has period type %s/%s, ", b->period_type.type, b->period_type.unit);
  append_name(&sb, names, 0);
  strbuf_appendf(&sb, " %s/%s: only profiles of the same kind can be combined", a->period_type.type,
                 a->period_type.unit);
  return strbuf_failed(&sb) ? &error_no_memory : error_create(ERROR_BAD_INPUT, "%s", sb.data);
}
