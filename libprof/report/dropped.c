#include "report/dropped.h"

#include "report/json.h"
#include "report/text.h"

void dropped_append_line(struct strbuf *sb, const struct profile *profile, const char *name) {
  struct profile_dropped dropped;
  if (!profile_dropped(profile, &dropped))
    return;
  if (name) {
    text_escape(sb, name);
    strbuf_append(sb, ": ");
  }
  strbuf_append(sb, "Incomplete: ");
  dropped_append(sb, &dropped);
  strbuf_append(sb, "; the figures are too low\n");
}

static json_t *number(uint64_t n) {
  return json_integer(n > INT64_MAX ? INT64_MAX : (json_int_t)n);
}

json_t *dropped_json(const struct profile *profile) {
  struct profile_dropped dropped;
  if (!profile_dropped(profile, &dropped))
    return json_null();
  json_t *object = json_object();
  int failed = json_object_set_new(object, "space", number(dropped.space));
  failed |= json_object_set_new(object, "reentrant", number(dropped.reentrant));
  failed |= json_object_set_new(object, "limit", number(dropped.limit));
  failed |=
      json_object_set_new(object, "allocs", dropped.counted ? number(dropped.allocs) : json_null());
  failed |=
      json_object_set_new(object, "bytes", dropped.counted ? number(dropped.bytes) : json_null());
  if (!failed)
    return object;
  json_decref(object);
  return NULL;
}
