/* The file is read event by event as libyaml parses it, along the schema: a value that the schema
 * does not expect is an error where it stands, so that nothing can nest deeper than the schema
 * does. Anchors and aliases are refused, and so are tags of the file's own, which cost libyaml time
 * in proportion to their square. A file costs time in proportion to its size, which text_file.h
 * bounds.
 */
#include "budget/read.h"

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "base/vector.h"
#include "budget/prepare.h"
#include "budget/schema.h"
#include "budget/text_file.h"

#include <string.h>
#include <yaml.h>

struct reader {
  yaml_parser_t parser;
  yaml_event_t event; /* the current one */
  const char *path;
  struct arena *arena;
};

static int line_of(const struct reader *reader) {
  return (int)reader->event.start_mark.line + 1;
}

static struct error *syntax_error(const struct reader *reader) {
  const yaml_parser_t *parser = &reader->parser;
  if (parser->error == YAML_MEMORY_ERROR)
    return &error_no_memory;
  return error_create(ERROR_BAD_INPUT, "%s:%zu: not YAML: %s%s%s", reader->path,
                      parser->problem_mark.line + 1,
                      parser->problem ? parser->problem : "it cannot be read",
                      parser->context ? ", " : "", parser->context ? parser->context : "");
}

static const char *anchor_of(const yaml_event_t *event) {
  return (const char *)(event->type == YAML_SCALAR_EVENT ? event->data.scalar.anchor
                        : event->type == YAML_SEQUENCE_START_EVENT
                            ? event->data.sequence_start.anchor
                        : event->type == YAML_MAPPING_START_EVENT ? event->data.mapping_start.anchor
                                                                  : NULL);
}

/* Goes on to the next event. */
static struct error *advance(struct reader *reader) {
  yaml_event_delete(&reader->event);
  if (!yaml_parser_parse(&reader->parser, &reader->event))
    return syntax_error(reader);
  if (reader->event.type == YAML_ALIAS_EVENT)
    return error_create(ERROR_BAD_INPUT, "%s:%d: '*%s' is an alias; expected the value itself",
                        reader->path, line_of(reader),
                        (const char *)reader->event.data.alias.anchor);
  const char *anchor = anchor_of(&reader->event);
  return anchor
             ? error_create(ERROR_BAD_INPUT, "%s:%d: '&%s' is an anchor; expected the value alone",
                            reader->path, line_of(reader), anchor)
             : NULL;
}

/* `key` is the innermost one, or NULL. */
static struct error *expected(const struct reader *reader, const char *key, const char *what) {
  return error_create(ERROR_BAD_INPUT, "%s:%d: %s%sexpected %s", reader->path, line_of(reader),
                      key ? key : "", key ? ": " : "", what);
}

/* The text of the current event if that is a scalar, else NULL. */
static const char *scalar_of(const struct reader *reader) {
  if (reader->event.type != YAML_SCALAR_EVENT)
    return NULL;
  const char *text = (const char *)reader->event.data.scalar.value;
  return strlen(text) == reader->event.data.scalar.length ? text : NULL;
}

static struct error *read_text(struct reader *reader, const struct schema_field *field,
                               const char **ret) {
  const char *text = scalar_of(reader);
  if (!text || !*text)
    return expected(reader, field->key, "a text or number");
  *ret = arena_strndup(reader->arena, text, strlen(text));
  return *ret ? NULL : &error_no_memory;
}

static struct error *read_choice(struct reader *reader, const struct schema_field *field,
                                 int *ret) {
  _cleanup_strbuf_ struct strbuf words = STRBUF_INIT;
  const char *text = scalar_of(reader);
  if (!text)
    return expected(reader, field->key, "a text or number");
  for (int i = 0; field->words[i]; i++) {
    if (!strcmp(field->words[i], text)) {
      *ret = i;
      return NULL;
    }
    strbuf_appendf(&words, "%s%s", i ? " or " : "", field->words[i]);
  }
  return strbuf_failed(&words)
             ? &error_no_memory
             : error_create(ERROR_BAD_INPUT, "%s:%d: %s: '%s'; expected %s", reader->path,
                            line_of(reader), field->key, text, words.data);
}

static struct error *read_mapping(struct reader *reader, const struct schema *schema,
                                  const char *key, void *to);

static struct error *read_list(struct reader *reader, const struct schema_field *field, void *to) {
  const struct schema *entry = field->entry;
  _cleanup_free_ char *entries = NULL;
  size_t count = 0, capacity = 0;
  if (reader->event.type != YAML_SEQUENCE_START_EVENT)
    return expected(reader, field->key, "a list, of entries that begin with '- '");
  struct error *err = advance(reader);
  for (; !err && reader->event.type != YAML_SEQUENCE_END_EVENT; count++) {
    if (!vector_reserve((void **)&entries, &capacity, count + 1, entry->size))
      return &error_no_memory;
    memset(entries + count * entry->size, 0, entry->size);
    err = read_mapping(reader, entry, field->key, entries + count * entry->size);
    if (!err)
      err = advance(reader);
  }
  if (!err && !count && !field->may_be_empty)
    err = expected(reader, field->key, "at least one entry");
  if (err)
    return err;
  void *kept = arena_calloc(reader->arena, count, entry->size);
  if (kept && count)
    memcpy(kept, entries, count * entry->size);
  *(void **)((char *)to + field->offset) = kept;
  *(unsigned *)((char *)to + field->count_offset) = (unsigned)count;
  return kept ? NULL : &error_no_memory;
}

static struct error *read_value(struct reader *reader, const struct schema_field *field, void *to,
                                struct budget_place *place) {
  const yaml_event_t *event = &reader->event;
  *place = (struct budget_place){line_of(reader), event->start_mark.index, event->end_mark.index};
  void *member = (char *)to + field->offset;
  return field->kind == SCHEMA_TEXT     ? read_text(reader, field, member)
         : field->kind == SCHEMA_CHOICE ? read_choice(reader, field, member)
                                        : read_list(reader, field, to);
}

static struct error *unknown_key(const struct reader *reader, const struct schema *schema,
                                 const char *key) {
  _cleanup_strbuf_ struct strbuf keys = STRBUF_INIT;
  for (size_t i = 0; i < schema->n_fields; i++)
    strbuf_appendf(&keys, "%s%s", i ? ", " : "", schema->fields[i].key);
  return strbuf_failed(&keys)
             ? &error_no_memory
             : error_create(ERROR_BAD_INPUT, "%s:%d: unknown key '%s'; expected one of %s",
                            reader->path, line_of(reader), key, keys.data);
}

/* A key and its value; the current event is the key. */
static struct error *read_pair(struct reader *reader, const struct schema *schema, void *to,
                               struct budget_places *places) {
  const char *key = scalar_of(reader);
  if (!key)
    return expected(reader, NULL, "a key");
  for (size_t i = 0; i < schema->n_fields; i++) {
    if (strcmp(schema->fields[i].key, key))
      continue;
    if (places->values[i].line)
      return error_create(ERROR_BAD_INPUT, "%s:%d: '%s' is there twice; expected it once",
                          reader->path, line_of(reader), key);
    struct error *err = advance(reader);
    return err ? err : read_value(reader, &schema->fields[i], to, &places->values[i]);
  }
  return unknown_key(reader, schema, key);
}

/* The current event is where the mapping has to begin; on success it is the mapping's end. `key` is
 * what the mapping, or the list that it is in, is the value of. */
static struct error *read_mapping(struct reader *reader, const struct schema *schema,
                                  const char *key, void *to) {
  struct budget_places *places = to;
  places->line = line_of(reader);
  if (reader->event.type != YAML_MAPPING_START_EVENT)
    return expected(reader, key, "keys with values, as in 'version: 1'");
  struct error *err = advance(reader);
  while (!err && reader->event.type != YAML_MAPPING_END_EVENT) {
    err = read_pair(reader, schema, to, places);
    if (!err)
      err = advance(reader);
  }
  for (size_t i = 0; i < schema->n_fields && !err; i++)
    if (schema->fields[i].needed && !places->values[i].line)
      err = error_create(ERROR_BAD_INPUT, "%s:%d: '%s' is missing here; expected at least %s",
                         reader->path, places->line, schema->fields[i].key, schema->least);
  return err;
}

static struct error *read_document(struct reader *reader, struct budget *budget) {
  struct error *err = advance(reader);
  while (!err && (reader->event.type == YAML_STREAM_START_EVENT ||
                  reader->event.type == YAML_DOCUMENT_START_EVENT))
    err = advance(reader);
  if (!err && reader->event.type == YAML_STREAM_END_EVENT)
    err = error_create(ERROR_BAD_INPUT,
                       "%s:1: empty; expected `limits:` and a list of them "
                       "(`memprof check --init` writes one)",
                       reader->path);
  if (!err)
    err = read_mapping(reader, &budget_schema, NULL, budget);
  /* To the document's end, for faults of syntax behind the last value. */
  return err ? err : advance(reader);
}

/* libyaml compares each %TAG with all before it. They can only stand at the start of a line. */
static struct error *refuse_tags(const char *path, const char *text) {
  int line = 1;
  for (const char *at = text; at; line++) {
    if (!strncmp(at, "%TAG", 4))
      return error_create(ERROR_BAD_INPUT, "%s:%d: '%%TAG' declares tags; expected none", path,
                          line);
    at = strchr(at, '\n');
    at = at ? at + 1 : NULL;
  }
  return NULL;
}

static struct error *budget_parse(const char *path, const char *text, size_t length,
                                  struct budget *budget) {
  struct reader reader = {.path = path, .arena = &budget->arena};
  if (!yaml_parser_initialize(&reader.parser))
    return &error_no_memory;
  yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text, length);
  struct error *err = read_document(&reader, budget);
  yaml_event_delete(&reader.event);
  yaml_parser_delete(&reader.parser);
  return err;
}

struct error *budget_read(const char *path, struct budget **ret) {
  _cleanup_budget_ struct budget *budget = calloc(1, sizeof(*budget));
  _cleanup_free_ char *text = NULL;
  size_t length;
  if (!budget)
    return &error_no_memory;
  struct error *err = text_file_read(path, &text, &length);
  if (!err)
    err = refuse_tags(path, text);
  if (!err)
    err = budget_parse(path, text, length, budget);
  if (!err)
    err = budget_prepare(budget, path);
  if (!err && !(budget->text = arena_strndup(&budget->arena, text, length)))
    err = &error_no_memory;
  if (!err)
    *ret = no_cleanup_ptr(budget);
  return err;
}

void budget_destroy(struct budget *budget) {
  if (budget)
    arena_deinit(&budget->arena);
  free(budget);
}
