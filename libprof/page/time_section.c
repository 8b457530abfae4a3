/* The changes are those of the samples' figures as they are shown: where these were calibrated, a
 * stack's allocations and births are multiplied by what calibration did to their sum, and so are
 * its live bytes at all moments but the last, whose own are known. All sums are thus the figures of
 * the whole run. */
#include "page/time_section.h"

#include "base/cleanup.h"
#include "model/sample_types.h"
#include "page/json_columns.h"
#include "page/time_sampling.h"
#include "page/view_tree.h"
#include "report/json.h"

#include <inttypes.h>
#include <math.h>

/* Bytes, so far. */
struct so_far {
  int64_t allocated, live, born;
};

struct section {
  const struct profile *profile;
  const struct moments *moments;
  int alloc, inuse; /* sample types */
  uint32_t *sample; /* by place; PROFILE_NONE: filtered out */
  size_t n_places;
  struct so_far *raw, *shown;           /* by sample */
  VECTOR(uint32_t) counts;              /* of changes, by moment */
  VECTOR(struct moment_change) changes; /* place: the sample less the one before it */
};

static struct so_far values_of(const struct section *s, const int64_t *values) {
  return (struct so_far){values[s->alloc], values[s->inuse], values[s->inuse]};
}

/* value * shown / raw, the ratio being 1 where raw is 0. */
static int64_t rescale(int64_t value, int64_t raw, int64_t shown) {
  return raw && raw != shown ? (int64_t)round((double)value / (double)raw * (double)shown) : value;
}

static struct so_far shown_of(const struct section *s, uint32_t sample, bool is_last) {
  const struct profile_sample *of = &s->profile->samples[sample];
  struct so_far to = values_of(s, of->values), raw = s->raw[sample];
  if (!of->raw)
    return raw;
  struct so_far from = values_of(s, of->raw);
  if (is_last)
    return to;
  return (struct so_far){rescale(raw.allocated, from.allocated, to.allocated),
                         rescale(raw.live, from.allocated, to.allocated),
                         rescale(raw.born, from.born, to.born)};
}

static bool add_change(struct section *s, uint32_t sample, bool is_last, uint32_t *before) {
  struct so_far *last = &s->shown[sample], now = shown_of(s, sample, is_last);
  struct moment_change change = {sample - *before, now.allocated - last->allocated,
                                 now.live - last->live, now.born - last->born};
  if (!change.allocated && !change.live && !change.born)
    return true;
  *last = now;
  *before = sample;
  s->counts.data[s->counts.count - 1]++;
  return VECTOR_PUSH(&s->changes, change);
}

static bool add_moment(struct section *s, size_t i) {
  const struct moment_changes *changes = &s->moments->all.data[i].changes;
  bool is_last = i + 1 == s->moments->all.count, ok = VECTOR_PUSH(&s->counts, 0);
  uint32_t before = 0;
  for (size_t j = 0; j < changes->count && ok; j++) {
    const struct moment_change *c = &changes->data[j];
    uint32_t sample = c->place < s->n_places ? s->sample[c->place] : PROFILE_NONE;
    if (sample == PROFILE_NONE)
      continue;
    s->raw[sample].allocated += c->allocated;
    s->raw[sample].live += c->live;
    s->raw[sample].born += c->born;
    if (!is_last)
      ok = add_change(s, sample, false, &before);
  }
  for (uint32_t sample = 0; is_last && sample < s->profile->n_samples && ok; sample++)
    ok = add_change(s, sample, true, &before);
  return ok;
}

/* Samples keep their order when others go. */
static struct error *find_changes(struct section *s) {
  const struct profile *profile = s->profile;
  size_t n = profile->n_samples;
  s->n_places = n ? profile->samples[n - 1].place + 1 : 0;
  s->sample = calloc(s->n_places + 1, sizeof(*s->sample));
  s->raw = calloc(n + 1, sizeof(*s->raw));
  s->shown = calloc(n + 1, sizeof(*s->shown));
  if (!s->sample || !s->raw || !s->shown)
    return &error_no_memory;
  for (size_t i = 0; i < s->n_places; i++)
    s->sample[i] = PROFILE_NONE;
  for (size_t i = 0; i < n; i++)
    s->sample[profile->samples[i].place] = (uint32_t)i;
  for (size_t i = 0; i < s->moments->all.count; i++)
    if (!add_moment(s, i))
      return &error_no_memory;
  return NULL;
}

/* The numbers of a change are often equal: each is what it differs by from the one before it. */
static void append_changes(struct strbuf *sb, const struct section *s) {
  column_append_numbers(sb, "changes",
                        (struct column){s->counts.data, sizeof(*s->counts.data), s->counts.count});
  column_append_key(sb, "stacks");
  for (size_t i = 0; i < s->changes.count; i++) {
    const struct moment_change *c = &s->changes.data[i];
    strbuf_appendf(sb, "%c%u,%" PRId64 ",%" PRId64 ",%" PRId64, i ? ',' : '[', c->place,
                   c->allocated, c->live - c->allocated, c->born - c->live);
  }
  strbuf_append(sb, s->changes.count ? "]" : "[]");
}

static struct error *append_marks(struct strbuf *sb, const struct moments *m) {
  json_t *marks = json_array();
  int failed = 0;
  for (size_t i = 0; i < m->marks.count && !failed; i++) {
    const struct moment_mark *mark = &m->marks.data[i];
    json_t *object = json_object();
    failed |= json_object_set_new(object, "time", json_integer((json_int_t)mark->time));
    failed |= json_object_set_new(object, "kind", json_text(moment_mark_words[mark->kind]));
    failed |= json_object_set_new(object, "text", json_text(mark->text));
    failed |= json_array_append_new(marks, object);
  }
  char *text = marks && !failed ? json_dumps(marks, JSON_COMPACT) : NULL;
  json_decref(marks);
  if (!text)
    return &error_no_memory;
  column_append_key(sb, "marks");
  strbuf_append(sb, text);
  json_free_text(text);
  return NULL;
}

static struct error *append_others(struct strbuf *sb, const struct moments *m) {
  column_append_key(sb, "processes");
  strbuf_append_char(sb, '[');
  for (size_t i = 0; i < m->others.count; i++) {
    const struct moment_other *other = &m->others.data[i];
    const struct moment_total *t = other->totals.data;
    size_t n = other->totals.count, stride = sizeof(*t);
    json_t *name = json_text(other->name);
    char *text = name ? json_dumps(name, JSON_ENCODE_ANY) : NULL;
    json_decref(name);
    if (!text)
      return &error_no_memory;
    strbuf_appendf(sb, "%s{\"pid\":%" PRId64 ",\"name\":", i ? "," : "", other->pid);
    strbuf_append(sb, text);
    json_free_text(text);
    column_append_values(sb, "time", (struct column){t ? &t->time : NULL, stride, n});
    column_append_values(sb, "rss", (struct column){t ? &t->rss : NULL, stride, n});
    column_append_values(sb, "live", (struct column){t ? &t->live : NULL, stride, n});
    column_append_values(sb, "allocated", (struct column){t ? &t->allocated : NULL, stride, n});
    strbuf_append_char(sb, '}');
  }
  strbuf_append_char(sb, ']');
  return NULL;
}

struct error *time_section_begin(struct strbuf *sb, const struct profile *profile,
                                 const struct moments *moments) {
  struct section section = {.profile = profile,
                            .moments = moments,
                            .alloc = sample_type_index(profile, SAMPLE_ALLOC_SPACE),
                            .inuse = sample_type_index(profile, SAMPLE_INUSE_SPACE)};
  const struct moment *m = moments->all.data;
  size_t n = moments->all.count, stride = sizeof(*m);
  column_append_key(sb, "time");
  strbuf_append_char(sb, '{');
  column_append_values(sb, "time", (struct column){&m->time, stride, n});
  column_append_values(sb, "rss", (struct column){&m->rss, stride, n});
  column_append_values(sb, "live", (struct column){&m->live, stride, n});
  column_append_values(sb, "allocated", (struct column){&m->allocated, stride, n});
  struct error *err = find_changes(&section);
  if (!err)
    append_changes(sb, &section);
  if (!err)
    err = time_sampling_append(sb, profile, section.alloc, section.inuse);
  free(section.sample);
  free(section.raw);
  free(section.shown);
  VECTOR_DEINIT(&section.counts);
  VECTOR_DEINIT(&section.changes);
  if (!err)
    err = append_marks(sb, moments);
  if (!err)
    err = append_others(sb, moments);
  column_append_key(sb, "trees");
  strbuf_append_char(sb, '[');
  return err;
}

/* How many children each node has: the tree grew node by node. */
static struct error *append_children(struct strbuf *sb, const struct view_tree *tree) {
  size_t n = tree->nodes.count;
  _cleanup_free_ uint32_t *children = calloc(n + 1, sizeof(*children));
  if (!children)
    return &error_no_memory;
  for (size_t i = 1; i < n; i++)
    children[tree->nodes.data[i].parent]++;
  column_append_numbers(sb, "children", (struct column){children, sizeof(*children), n});
  return NULL;
}

struct error *time_section_add_tree(struct strbuf *sb, const struct page_profiles *profiles,
                                    const char *by, const struct stack_rows *rows, size_t n_texts) {
  _cleanup_view_tree_ struct view_tree tree = {0};
  _cleanup_free_ uint32_t *deepest = NULL;
  struct error *err = view_tree_whole(profiles, rows, n_texts, &tree, &deepest);
  if (err)
    return err;
  const struct view_node *node = tree.nodes.data;
  strbuf_append(sb, sb->data[sb->length - 1] == '[' ? "{" : ",{");
  strbuf_appendf(sb, "\"by\":\"%s\"", by);
  column_append_numbers(sb, "name", (struct column){&node->name, sizeof(*node), tree.nodes.count});
  err = append_children(sb, &tree);
  column_append_numbers(sb, "node",
                        (struct column){deepest, sizeof(*deepest), page_profiles_items(profiles)});
  strbuf_append_char(sb, '}');
  return err;
}

void time_section_end(struct strbuf *sb) {
  strbuf_append(sb, "]}");
}
