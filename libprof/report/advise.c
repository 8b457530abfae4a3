#include "report/advise.h"

#include "base/cleanup.h"
#include "model/unit.h"
#include "report/figure.h"
#include "report/json.h"
#include "report/name_text.h"
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
  strbuf_appendf(&sb, "\nHistories: %zu\n", advice->n_histories);
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

static json_t *item_json(const struct advice_item *item, int *failed) {
  json_t *object = json_object();
  *failed |= json_object_set_new(object, "rule", json_string(advice_rules[item->rule].name));
  *failed |= json_object_set_new(object, "function", json_text(item->function));
  *failed |= json_object_set_new(object, "file", json_text(item->file));
  *failed |= json_object_set_new(object, "line", json_integer(item->line));
  *failed |= json_object_set_new(object, "saves", saves_json(item, failed));
  *failed |= json_object_set_new(object, "share", json_real(item->share));
  *failed |= json_object_set_new(object, "histories", json_integer((json_int_t)item->n_histories));
  *failed |= json_object_set_new(object, "text", json_text(item->text));
  return object;
}

static struct error *print_json(const struct advice *advice, const struct report_options *options,
                                FILE *out) {
  json_t *document = json_document("advise"), *items = json_array();
  int failed = json_object_set_new(document, "file", json_text(options->profile_name));
  failed |=
      json_object_set_new(document, "histories", json_integer((json_int_t)advice->n_histories));
  for (size_t i = 0; i < advice->n_items; i++)
    failed |= json_array_append_new(items, item_json(&advice->items[i], &failed));
  failed |= json_object_set_new(document, "items", items);
  return json_write(document, failed, out);
}

struct error *report_advise(const struct advice *advice, const struct report_options *options,
                            FILE *out) {
  return (options->json ? print_json : print_text)(advice, options, out);
}
