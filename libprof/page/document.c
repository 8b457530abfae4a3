#include "page/document.h"

#include "base/cleanup.h"
#include "base/text_stream.h"
#include "model/group.h"
#include "page/document_head.h"
#include "page/json_columns.h"
#include "page/quoted_sources.h"
#include "page/tables.h"
#include "page/time_section.h"
#include "page/view_tree.h"
#include "report/advise.h"
#include "report/json.h"
#include "report/life_histogram.h"
#include "report/name_text.h"

#include <inttypes.h>
#include <string.h>

/* More frames than this in all stacks: callers and callees are left out, which would take longer
 * than all else, and time. */
enum { MOST_FRAMES = 5000000 };
enum { MOST_LIVES = 1000 }; /* functions with lifetimes */

/* The samples' stacks, to be put back after profile_group. */
struct kept_stack {
  uint32_t *locations, n;
};

static struct kept_stack *keep_stacks(const struct profile *profile) {
  struct kept_stack *kept = calloc(profile->n_samples + 1, sizeof(*kept));
  for (size_t i = 0; kept && i < profile->n_samples; i++)
    kept[i] = (struct kept_stack){profile->samples[i].locations, profile->samples[i].n_locations};
  return kept;
}

static void put_back(struct profile *profile, const struct kept_stack *kept) {
  for (size_t i = 0; i < profile->n_samples; i++) {
    profile->samples[i].locations = kept[i].locations;
    profile->samples[i].n_locations = kept[i].n;
  }
}

static void append_view(struct strbuf *sb, const struct page_profiles *profiles, const char *by,
                        bool inverted, const struct view_tree *tree) {
  size_t n = tree->nodes.count, stride = tree->n_values * sizeof(int64_t);
  const struct view_node *node = tree->nodes.data;
  strbuf_append(sb, sb->data[sb->length - 1] == '[' ? "{" : ",{");
  strbuf_appendf(sb, "\"by\":\"%s\",\"inverted\":%s", by, inverted ? "true" : "false");
  column_append_numbers(sb, "name", (struct column){&node->name, sizeof(*node), n});
  column_append_numbers(sb, "parent", (struct column){&node->parent, sizeof(*node), n});
  column_append_key(sb, "figures");
  strbuf_append_char(sb, '[');
  for (size_t t = 0; t < profiles->n_types; t++) {
    size_t last = (profiles->n_sides - 1) * profiles->n_types + t;
    struct column cum = {&tree->cum.data[last], stride, n};
    strbuf_append(sb, t ? ",{" : "{");
    column_append_values(sb, "flat", (struct column){&tree->flat.data[last], stride, n});
    column_append_values(sb, "cum", cum);
    if (profiles->n_sides > 1) {
      column_append_values(sb, "base_flat", (struct column){&tree->flat.data[t], stride, n});
      column_append_values(sb, "base_cum", (struct column){&tree->cum.data[t], stride, n});
    }
    if (tree->intervals)
      column_append_intervals(
          sb, "cum_",
          (struct column){&tree->intervals[t], profiles->n_types * sizeof(struct interval), n}, cum,
          page_type_is_bytes(&profiles->types[t]));
    strbuf_append_char(sb, '}');
  }
  strbuf_append(sb, "]}");
}

struct document {
  struct page_profiles *profiles;
  const struct page_options *options;
  struct text_numbers texts;
  struct strbuf *sb;
};

static struct error *add_view(struct document *d, const char *by, bool inverted,
                              struct stack_rows *rows) {
  _cleanup_view_tree_ struct view_tree tree = {0};
  if (inverted)
    stack_rows_invert(rows);
  struct error *err = view_tree_of(d->profiles, rows, d->texts.texts.count, &tree);
  if (!err)
    append_view(d->sb, d->profiles, by, inverted, &tree);
  return err;
}

static struct error *add_both_views(struct document *d, const char *by, enum row_kind kind) {
  _cleanup_stack_rows_ struct stack_rows rows = {0};
  const struct page_side *sides = d->profiles->sides;
  struct error *err = d->profiles->n_sides > 1
                          ? stack_rows_aligned(sides[0].profile, sides[1].profile, &d->texts, &rows)
                          : stack_rows_of(sides[0].profile, kind, &d->texts, &rows);
  if (!err)
    err = add_view(d, by, false, &rows);
  return err ? err : add_view(d, by, true, &rows);
}

/* Whether a sample may have such a group: labels with a text, and the number of a thread. */
static bool has_groups(const struct profile *profile) {
  for (size_t i = 0; i < profile->n_samples; i++)
    for (uint32_t j = 0; j < profile->samples[i].n_labels; j++) {
      const struct profile_label *label = &profile->samples[i].labels[j];
      if (*label->str || !strcmp(label->key, PROFILE_LABEL_THREAD_ID))
        return true;
    }
  return false;
}

/* Calls `append` while the profile's stacks have or are groups; nothing where no sample has one. */
static struct error *with_groups(struct document *d, const char *by, enum group_place place,
                                 struct error *(*append)(struct document *d, const char *by)) {
  struct profile *profile = d->profiles->sides[0].profile;
  _cleanup_free_ struct kept_stack *kept = keep_stacks(profile);
  bool any = false;
  if (!kept)
    return &error_no_memory;
  struct error *err = profile_group(profile, by, place, &any);
  if (!err && any)
    err = append(d, by);
  put_back(profile, kept);
  return err;
}

static struct error *add_group_view(struct document *d, const char *by) {
  _cleanup_stack_rows_ struct stack_rows rows = {0};
  struct error *err = stack_rows_of(d->profiles->sides[0].profile, ROW_FUNCTIONS, &d->texts, &rows);
  return err ? err : add_view(d, by, false, &rows);
}

static const char *const groups[] = {GROUP_BY_THREAD, GROUP_BY_TAG, GROUP_BY_TYPE};
enum { N_GROUPS = sizeof(groups) / sizeof(*groups) };

static const struct {
  const char *by;
  enum row_kind kind;
} views[] = {
    {"function", ROW_FUNCTIONS}, {"line", ROW_LINES}, {"file", ROW_FILES}, {"module", ROW_MODULES}};
enum { N_VIEWS = sizeof(views) / sizeof(*views) };

static struct error *add_views(struct document *d) {
  size_t n = d->profiles->n_sides > 1 ? 1 : N_VIEWS;
  struct error *err = NULL;
  column_append_key(d->sb, "views");
  strbuf_append_char(d->sb, '[');
  for (size_t i = 0; i < n && !err; i++)
    err = add_both_views(d, views[i].by, views[i].kind);
  bool grouped = d->profiles->n_sides == 1 && has_groups(d->profiles->sides[0].profile);
  for (size_t i = 0; i < N_GROUPS && !err && grouped; i++)
    err = with_groups(d, groups[i], GROUP_ROOT, add_group_view);
  strbuf_append_char(d->sb, ']');
  return err;
}

static struct error *add_group_table(struct document *d, const char *by) {
  struct page_profiles alone = *d->profiles;
  alone.sides[0].via = NULL;
  return table_append_nodes(d->sb, &alone, by, GRAPH_FUNCTIONS, false, &d->texts);
}

static bool has_few_frames(const struct profile *profile) {
  size_t frames = 0;
  for (size_t i = 0; i < profile->n_samples; i++)
    frames += profile->samples[i].n_locations;
  return frames <= MOST_FRAMES;
}

static struct error *add_tables_of_one(struct document *d) {
  const struct page_profiles *profiles = d->profiles;
  bool edges = has_few_frames(profiles->sides[0].profile);
  struct error *err =
      table_append_nodes(d->sb, profiles, "function", GRAPH_FUNCTIONS, edges, &d->texts);
  if (!err)
    err = table_append_nodes(d->sb, profiles, "line", GRAPH_LINES, false, &d->texts);
  if (!err)
    err = table_append_nodes(d->sb, profiles, "file", GRAPH_FILES, false, &d->texts);
  if (!err)
    err = with_groups(d, GROUP_BY_MODULE, GROUP_ALONE, add_group_table);
  bool grouped = has_groups(profiles->sides[0].profile);
  for (size_t i = 0; i < N_GROUPS && !err && grouped; i++)
    err = with_groups(d, groups[i], GROUP_ALONE, add_group_table);
  return err ? err : table_append_sizes(d->sb, profiles, &d->texts);
}

static struct error *add_tables(struct document *d) {
  column_append_key(d->sb, "tables");
  strbuf_append_char(d->sb, '[');
  struct error *err = d->profiles->n_sides > 1 ? table_append_changes(d->sb, d->profiles, &d->texts)
                                               : add_tables_of_one(d);
  strbuf_append_char(d->sb, ']');
  return err;
}

/* Appends "key": and the value, whose reference is dropped. */
static struct error *append_json(struct document *d, const char *key, json_t *value, int failed) {
  char *text = value && !failed ? json_dumps(value, JSON_COMPACT) : NULL;
  json_decref(value);
  if (!text)
    return &error_no_memory;
  column_append_key(d->sb, key);
  strbuf_append(d->sb, text);
  json_free_text(text);
  return NULL;
}

static struct error *append_texts(struct document *d) {
  json_t *texts = json_array();
  int failed = 0;
  for (size_t i = 0; i < d->texts.texts.count && !failed; i++)
    failed |= json_array_append_new(texts, json_text(d->texts.texts.data[i]));
  return append_json(d, "texts", texts, failed);
}

/* The texts that reports print shorter: "long" has their numbers, "short" how they are printed. */
static struct error *append_short_names(struct document *d) {
  json_t *numbers = json_array(), *names = json_array();
  int failed = 0;
  for (size_t i = 0; i < d->texts.texts.count && !failed; i++) {
    _cleanup_strbuf_ struct strbuf name = STRBUF_INIT;
    name_append(&name, d->texts.texts.data[i]);
    if (strbuf_failed(&name) || !strcmp(name.data ? name.data : "", d->texts.texts.data[i]))
      continue;
    failed |= json_array_append_new(numbers, json_integer((json_int_t)i));
    failed |= json_array_append_new(names, json_text(name.data));
  }
  struct error *err = append_json(d, "long", numbers, failed);
  if (!err)
    return append_json(d, "short", names, failed);
  json_decref(names);
  return err;
}

static struct error *append_run(struct document *d) {
  json_t *run = json_array();
  int failed = 0;
  for (size_t i = 0; i < d->options->n_run; i++) {
    json_t *process = json_object();
    failed |= json_object_set_new(process, "pid", json_integer(d->options->run[i].pid));
    failed |= json_object_set_new(process, "name", json_text(d->options->run[i].name));
    failed |= json_array_append_new(run, process);
  }
  if (d->options->n_run)
    return append_json(d, "run", run, failed);
  json_decref(run);
  return NULL;
}

static struct error *append_advice(struct document *d) {
  return d->options->advice ? append_json(d, "advice", advise_items_json(d->options->advice), 0)
                            : NULL;
}

/* The document of memprof lifetimes by one clock, as an element of the array. */
static struct error *append_lives(struct document *d, enum lives_by by) {
  const struct page_side *side = &d->profiles->sides[0];
  struct report_options options = {.json = true, .limit = MOST_LIVES, .profile_name = side->name};
  _cleanup_free_ char *text = NULL;
  struct text_stream stream;
  struct error *err = text_stream_open(&stream);
  if (err)
    return err;
  err = text_stream_take(&stream, report_life_histogram(side->profile, &options, by, stream.out),
                         &text);
  if (!err) {
    strbuf_append(d->sb, d->sb->data[d->sb->length - 1] == '[' ? "" : ",");
    strbuf_append(d->sb, text);
  }
  return err;
}

/* A program that allocated nothing has no histories, though it was asked for them. */
static struct error *append_lifetimes(struct document *d) {
  const struct profile *profile = d->profiles->sides[0].profile;
  if (d->profiles->n_sides > 1 || profile_sample_type(profile, "history_objects") < 0)
    return NULL;
  column_append_key(d->sb, "lifetimes");
  strbuf_append_char(d->sb, '[');
  struct error *err = append_lives(d, LIVES_BY_TIME);
  if (!err)
    err = append_lives(d, LIVES_BY_CALLS);
  strbuf_append_char(d->sb, ']');
  if (!err || err->code != ERROR_BAD_INPUT)
    return err;
  error_destroy(err);
  return NULL;
}

/* Documents of other reports stand in this one as they are. */
static void append_verdicts(struct document *d) {
  const struct {
    const char *key, *document;
  } verdicts[] = {{"leaks", d->options->leaks}, {"check", d->options->check}};
  for (size_t i = 0; i < sizeof(verdicts) / sizeof(*verdicts); i++)
    if (verdicts[i].document) {
      column_append_key(d->sb, verdicts[i].key);
      strbuf_append(d->sb, verdicts[i].document);
    }
}

static struct error *add_tree(struct document *d, const char *by, enum row_kind kind) {
  _cleanup_stack_rows_ struct stack_rows rows = {0};
  struct error *err = stack_rows_of(d->profiles->sides[0].profile, kind, &d->texts, &rows);
  return err ? err : time_section_add_tree(d->sb, d->profiles, by, &rows, d->texts.texts.count);
}

static struct error *add_group_tree(struct document *d, const char *by) {
  return add_tree(d, by, ROW_FUNCTIONS);
}

static struct error *append_time(struct document *d) {
  const struct profile *profile = d->profiles->sides[0].profile;
  const struct moments *moments = d->options->moments;
  if (!moments || !moments->all.count || !has_few_frames(profile))
    return NULL;
  struct error *err = time_section_begin(d->sb, profile, moments);
  for (size_t i = 0; i < N_VIEWS && !err; i++)
    err = add_tree(d, views[i].by, views[i].kind);
  bool grouped = has_groups(profile);
  for (size_t i = 0; i < N_GROUPS && !err && grouped; i++)
    err = with_groups(d, groups[i], GROUP_ROOT, add_group_tree);
  time_section_end(d->sb);
  return err;
}

static struct error *append_sources(struct document *d) {
  if (d->options->confidential || d->options->no_sources || d->profiles->n_sides > 1)
    return NULL;
  return quoted_sources_append(d->sb, d->profiles->sides[0].profile, d->options->source_path,
                               d->options->n_source_path, &d->texts);
}

struct error *page_document(struct page_profiles *profiles, const struct page_options *options,
                            struct strbuf *ret) {
  struct document d = {.profiles = profiles, .options = options, .sb = ret};
  struct error *err = document_head_append(ret, profiles, options->confidential);
  if (!err)
    err = add_views(&d);
  if (!err)
    err = add_tables(&d);
  if (!err)
    err = append_short_names(&d);
  if (!err)
    err = append_run(&d);
  if (!err)
    err = append_advice(&d);
  if (!err)
    append_verdicts(&d);
  if (!err)
    err = append_lifetimes(&d);
  if (!err)
    err = append_time(&d);
  if (!err)
    err = append_sources(&d);
  if (!err)
    err = append_texts(&d);
  text_numbers_deinit(&d.texts);
  strbuf_append(ret, "}");
  return err || !strbuf_failed(ret) ? err : &error_no_memory;
}
