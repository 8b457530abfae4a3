/* memprof stats --json. */
#include "report/stats_json.h"

#include "report/running_figures.h"

static json_t *class_json(const struct heap_class *c) {
  return json_pack("{s:I, s:I, s:I, s:I}", "mallocs", (json_int_t)c->allocs, "bytes",
                   (json_int_t)c->alloc_bytes, "live_objects", (json_int_t)c->live, "live_bytes",
                   (json_int_t)c->live_bytes);
}

static int add_classes_json(const struct heap_stats *s, json_t *document) {
  struct heap_class groups[N_HEAP_GROUPS];
  heap_groups(s, groups);
  json_t *by_group = json_object(), *classes = json_array();
  int failed = 0;
  for (int i = 0; i < N_HEAP_GROUPS; i++)
    failed |= json_object_set_new(by_group, heap_group_names[i], class_json(&groups[i]));
  for (size_t i = 0; i < s->n_classes; i++) {
    const struct heap_class *c = &s->classes[i];
    json_t *object = class_json(c);
    json_int_t most = c->most > INT64_MAX ? INT64_MAX : (json_int_t)c->most;
    failed |= json_object_set_new(object, "least", json_integer((json_int_t)c->least));
    failed |= json_object_set_new(object, "most", json_integer(most));
    failed |= json_array_append_new(classes, object);
  }
  failed |= json_object_set_new(document, "size_groups", by_group);
  return failed | json_object_set_new(document, "size_classes", classes);
}

static int add_threads_json(const struct heap_stats *s, json_t *document) {
  json_t *threads = json_array();
  int failed = 0;
  for (size_t i = 0; i < s->n_heap_threads; i++) {
    const struct heap_thread *t = &s->threads[i];
    failed |= json_array_append_new(
        threads, json_pack("{s:I, s:o, s:I, s:I, s:I}", "tid", (json_int_t)t->tid, "name",
                           json_text(t->name), "mallocs", (json_int_t)t->allocs, "frees",
                           (json_int_t)t->frees, "bytes", (json_int_t)t->bytes));
  }
  return failed | json_object_set_new(document, "threads", threads);
}

static json_t *age_json(const struct heap_age *age) {
  return json_pack("{s:I, s:I}", "live_objects", (json_int_t)age->live, "live_bytes",
                   (json_int_t)age->live_bytes);
}

static int add_ages_json(const struct heap_stats *s, json_t *document) {
  if (!s->ages.known)
    return json_object_set_new(document, "ages", json_null());
  json_t *classes = json_array(), *object = json_object();
  int failed = json_object_set_new(object, "mean_nanos", json_integer((json_int_t)s->ages.mean_ns));
  failed |=
      json_object_set_new(object, "oldest_nanos", json_integer((json_int_t)s->ages.oldest_ns));
  for (int i = 0; i < HEAP_AGES; i++) {
    const struct heap_age *age = &s->ages.classes[i];
    json_t *class = age_json(age);
    failed |= json_object_set_new(
        class, "below_nanos",
        age->below_ns == UINT64_MAX ? json_null() : json_integer((json_int_t)age->below_ns));
    failed |= json_array_append_new(classes, class);
  }
  failed |= json_object_set_new(object, "classes", classes);
  failed |= json_object_set_new(object, "inherited", age_json(&s->ages.inherited));
  return failed | json_object_set_new(document, "ages", object);
}

static int add_resident_json(const struct heap_stats *s, json_t *document) {
  if (!s->resident.known)
    return json_object_set_new(document, "resident", json_null());
  struct resident_part parts[N_RESIDENT_PARTS];
  running_resident_parts(s, parts);
  json_t *object = json_object();
  int failed = json_object_set_new(object, "allocator", json_text(s->resident.allocator));
  for (int i = 0; i < N_RESIDENT_PARTS; i++)
    failed |= json_object_set_new(object, parts[i].key,
                                  json_pack("{s:I, s:b}", "bytes", (json_int_t)parts[i].bytes,
                                            "measured", parts[i].measured));
  return failed | json_object_set_new(document, "resident", object);
}

json_t *running_stats_json(const struct heap_stats *s, int *failed) {
  json_t *document = json_document("stats");
  *failed = running_process_json(s, document);
  *failed |= add_classes_json(s, document);
  *failed |= add_threads_json(s, document);
  *failed |= add_ages_json(s, document);
  *failed |= add_resident_json(s, document);
  return document;
}
