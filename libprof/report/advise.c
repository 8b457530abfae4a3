#include "report/advise.h"

#include "base/cleanup.h"
#include "model/finding.h"
#include "model/unit.h"
#include "report/figure.h"
#include "report/json.h"
#include "report/name_text.h"
#include "report/stack_text.h"
#include "report/table.h"
#include "report/text.h"

#include <math.h>
#include <string.h>

enum { INDENT = 4, COLUMNS = 80 };

static const char *last_part(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

static void append_saving(struct strbuf *sb, const struct advice_item *item) {
  strbuf_append(sb, "saves ");
  if (item->bytes > 0) {
    unit_format(sb, item->bytes, "bytes", NULL);
    if (item->plus_minus >= 0.5) {
      strbuf_append(sb, " +- ");
      unit_format(sb, item->plus_minus, "bytes", NULL);
    }
    strbuf_appendf(sb, " of %s", advice_of_words[item->of]);
  }
  if (item->calls > 0) {
    strbuf_append(sb, item->bytes > 0 ? ", " : "");
    unit_format(sb, item->calls, "count", NULL);
    strbuf_append(sb, " allocations");
  }
  if (item->n_places > 1)
    strbuf_appendf(sb, " at %zu places", item->n_places);
  strbuf_append(sb, "; from ");
  strbuf_appendf(sb, "%zu histories", item->n_histories);
}

static void append_place(struct strbuf *sb, const struct advice_item *item) {
  name_append(sb, item->function);
  if (!*item->file)
    return;
  strbuf_append(sb, "  ");
  text_escape(sb, last_part(item->file));
  if (item->line > 0)
    strbuf_appendf(sb, ":%lld", (long long)item->line);
}

static void append_item(struct strbuf *sb, const struct advice_item *item, size_t number,
                        int columns) {
  _cleanup_strbuf_ struct strbuf line = STRBUF_INIT, text = STRBUF_INIT;
  strbuf_appendf(&line, "%2zu  %-8s  ", number, advice_rules[item->rule].name);
  append_place(&line, item);
  text_escape(&text, item->text);
  if (strbuf_failed(&line) || strbuf_failed(&text)) {
    sb->failed = true;
    return;
  }
  text_wrap(sb, line.data, 0, 14, columns);
  line.length = 0;
  append_saving(&line, item);
  if (strbuf_failed(&line)) {
    sb->failed = true;
    return;
  }
  strbuf_appendf(sb, "%*s", INDENT, "");
  text_wrap(sb, line.data, INDENT, INDENT, columns);
  strbuf_appendf(sb, "%*s", INDENT, "");
  text_wrap(sb, text.data, INDENT, INDENT, columns);
}

static struct error *print_text(const struct advice *advice, const struct report_options *options,
                                FILE *out) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  strbuf_append(&sb, "File: ");
  text_escape(&sb, options->profile_name);
  strbuf_appendf(&sb, "\nHistories: %zu\n", advice->lives.count);
  if (!advice->n_items)
    strbuf_append(&sb, "Nothing that would save 1% of the memory or of the CPU time.\n");
  for (size_t i = 0; i < advice->n_items; i++) {
    strbuf_append(&sb, "\n");
    append_item(&sb, &advice->items[i], i + 1, options->columns ? options->columns : COLUMNS);
  }
  if (strbuf_failed(&sb))
    return &error_no_memory;
  fputs(sb.data, out);
  return NULL;
}

static json_t *saves_json(const struct advice_item *item, int *failed) {
  json_t *saves = json_object();
  *failed |= json_object_set_new(saves, "bytes", json_integer(llround(item->bytes)));
  *failed |= json_object_set_new(saves, "plus_minus", json_integer(llround(item->plus_minus)));
  *failed |= json_object_set_new(saves, "of", json_string(advice_of_words[item->of]));
  *failed |= json_object_set_new(saves, "allocations", json_integer(llround(item->calls)));
  return saves;
}

static json_t *grows_json(const struct advice_growth *grows, int *failed) {
  if (grows->per_second == 0)
    return json_null();
  json_t *object = json_object();
  *failed |= json_object_set_new(object, "per_second", json_real(grows->per_second));
  *failed |= json_object_set_new(object, "plus_minus", json_real(grows->plus_minus));
  return object;
}

static json_t *item_json(const struct advice_item *item, int *failed) {
  json_t *object = json_object();
  *failed |= json_object_set_new(object, "rule", json_string(advice_rules[item->rule].name));
  *failed |= json_object_set_new(object, "function", json_text(item->function));
  *failed |= json_object_set_new(object, "file", json_text(item->file));
  *failed |= json_object_set_new(object, "line", json_integer(item->line));
  *failed |= json_object_set_new(object, "type", item->type ? json_text(item->type) : json_null());
  *failed |= json_object_set_new(object, "saves", saves_json(item, failed));
  *failed |= json_object_set_new(object, "grows", grows_json(&item->grows, failed));
  *failed |= json_object_set_new(object, "share", json_real(item->share));
  *failed |= json_object_set_new(object, "histories", json_integer((json_int_t)item->n_histories));
  *failed |= json_object_set_new(object, "text", json_text(item->text));
  return object;
}

json_t *advise_items_json(const struct advice *advice) {
  json_t *items = json_array();
  int failed = 0;
  for (size_t i = 0; i < advice->n_items; i++)
    failed |= json_array_append_new(items, item_json(&advice->items[i], &failed));
  if (!failed)
    return items;
  json_decref(items);
  return NULL;
}

static struct error *print_json(const struct advice *advice, const struct report_options *options,
                                FILE *out) {
  json_t *document = json_document("advise");
  int failed = json_object_set_new(document, "file", json_text(options->profile_name));
  failed |=
      json_object_set_new(document, "histories", json_integer((json_int_t)advice->lives.count));
  failed |= json_object_set_new(document, "items", advise_items_json(advice));
  return json_write(document, failed, out);
}

struct error *report_advise(const struct advice *advice, const struct report_options *options,
                            FILE *out) {
  return (options->json ? print_json : print_text)(advice, options, out);
}

static const char *end_word(const struct life *life) {
  static const char *const words[] = {[LIFE_LIVE] = "lives",
                                      [LIFE_FREED] = "freed",
                                      [LIFE_GREW_IN_PLACE] = "grew in place",
                                      [LIFE_MOVED] = "moved by realloc"};
  return words[life->end];
}

static void append_known(struct strbuf *sb, double value) {
  if (value >= 0)
    unit_format(sb, value, "count", NULL);
}

/* Where it was freed: the frame next to free that has a name. */
static void append_free(struct strbuf *sb, const struct profile *profile, const struct life *life,
                        struct arena *arena) {
  struct finding_stack stack;
  if (!life->free || finding_frames(profile, life->free, 1, arena, &stack) || !stack.n_frames)
    return;
  name_append(sb, stack.frames[0].function);
  if (*stack.frames[0].file && stack.frames[0].line)
    strbuf_appendf(sb, ":%lld", (long long)stack.frames[0].line);
}

static struct error *print_lives(const struct profile *profile, const struct advice_item *item,
                                 const struct report_options *options, struct arena *arena,
                                 FILE *out) {
  static const struct table_column columns[] = {
      {"size", false}, {"objects", false}, {"calls", false},    {"siblings", false},
      {"life", false}, {"end", true},      {"freed by", false}, {"in", true}};
  _cleanup_table_ struct table table;
  table_init(&table, columns, sizeof(columns) / sizeof(*columns));
  for (size_t i = 0; i < item->n_histories; i++) {
    const struct life *life = item->lives[i];
    unit_format(table_cell(&table), life->size, "bytes", NULL);
    append_known(table_cell(&table), life->objects);
    append_known(table_cell(&table), life->calls);
    append_known(table_cell(&table), life->siblings);
    unit_format(table_cell(&table), life->lived, "nanoseconds", NULL);
    strbuf_append(table_cell(&table), end_word(life));
    struct strbuf *by = table_cell(&table);
    if (life->freed_by)
      strbuf_append(by, life->freed_by == life->born_by ? "its thread" : "another");
    append_free(table_cell(&table), profile, life, arena);
  }
  return table_print(&table, out, &(struct table_style){options->columns, options->colour, false});
}

struct error *report_advise_item(const struct profile *profile, const struct advice *advice,
                                 size_t number, const struct report_options *options, FILE *out) {
  _cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
  struct arena arena = ARENA_INIT;
  if (number < 1 || number > advice->n_items)
    return error_create(ERROR_BAD_INPUT, "%s has %zu items of advice, so no item %zu",
                        options->profile_name, advice->n_items, number);
  const struct advice_item *item = &advice->items[number - 1];
  append_item(&sb, item, number, options->columns ? options->columns : COLUMNS);
  strbuf_append(&sb, "\nAllocated at:\n");
  stack_append(&sb, profile, item->sample, options->all_frames, &arena);
  strbuf_append(&sb,
                "\nHistories (calls: allocations of its thread meanwhile; siblings: objects of "
                "its\nsite that were born meanwhile):\n");
  struct error *err = strbuf_failed(&sb) ? &error_no_memory : NULL;
  if (!err) {
    fputs(sb.data, out);
    err = print_lives(profile, item, options, &arena, out);
  }
  arena_deinit(&arena);
  return err;
}
