#include "budget/yaml_places.h"

#include <stdbool.h>
#include <string.h>

static struct error *syntax_error(const yaml_parser_t *parser, const char *path) {
  return error_create(ERROR_BAD_INPUT, "%s:%zu: not YAML: %s%s%s", path,
                      parser->problem_mark.line + 1,
                      parser->problem ? parser->problem : "it cannot be read",
                      parser->context ? ", " : "", parser->context ? parser->context : "");
}

struct error *yaml_places_init(struct yaml_places *places, const char *path, const char *text,
                               size_t length) {
  yaml_parser_t parser;
  struct error *err = NULL;
  if (!yaml_parser_initialize(&parser))
    return &error_no_memory;
  yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
  if (!yaml_parser_load(&parser, &places->document))
    err = parser.error == YAML_MEMORY_ERROR ? &error_no_memory : syntax_error(&parser, path);
  else if (!yaml_document_get_root_node(&places->document)) {
    yaml_document_delete(&places->document);
    err = error_create(ERROR_BAD_INPUT,
                       "%s:1: empty; expected `limits:` and a list of them "
                       "(`memprof check --init` writes one)",
                       path);
  }
  yaml_parser_delete(&parser);
  return err;
}

void yaml_places_deinit(struct yaml_places *places) {
  yaml_document_delete(&places->document);
}

static bool is_scalar(const yaml_node_t *node, const char *text) {
  return node && node->type == YAML_SCALAR_NODE &&
         !strcmp((const char *)node->data.scalar.value, text);
}

static yaml_node_t *value_of(struct yaml_places *places, yaml_node_t *node, const char *key) {
  if (!node || node->type != YAML_MAPPING_NODE)
    return NULL;
  for (yaml_node_pair_t *p = node->data.mapping.pairs.start; p < node->data.mapping.pairs.top; p++)
    if (is_scalar(yaml_document_get_node(&places->document, p->key), key))
      return yaml_document_get_node(&places->document, p->value);
  return NULL;
}

static yaml_node_t *entry_of(struct yaml_places *places, yaml_node_t *node, unsigned index) {
  if (!node || node->type != YAML_SEQUENCE_NODE ||
      index >= (size_t)(node->data.sequence.items.top - node->data.sequence.items.start))
    return NULL;
  return yaml_document_get_node(&places->document, node->data.sequence.items.start[index]);
}

struct yaml_place yaml_places_find(struct yaml_places *places, const char *list, unsigned index,
                                   const char *key) {
  yaml_node_t *node = yaml_document_get_root_node(&places->document), *value;
  if (list)
    node = entry_of(places, value_of(places, node, list), index);
  value = key ? value_of(places, node, key) : node;
  if (!value)
    value = node;
  if (!value)
    return (struct yaml_place){.line = 1};
  return (struct yaml_place){(int)value->start_mark.line + 1, value->start_mark.index,
                             value->end_mark.index};
}

int yaml_places_key(const struct yaml_places *places, const char *name, int line) {
  int found = 0;
  for (const yaml_node_t *n = places->document.nodes.start; n < places->document.nodes.top; n++) {
    int at = (int)n->start_mark.line + 1;
    if (is_scalar(n, name) && at >= line && (!found || at < found))
      found = at;
  }
  return found ? found : line;
}
