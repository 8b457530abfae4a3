#include "report/node.h"

#include "report/name_text.h"
#include "report/text.h"

void node_append_label(struct strbuf *sb, const struct graph_node *node,
                       enum graph_granularity granularity) {
  if (granularity == GRAPH_ADDRESSES && node->address)
    strbuf_appendf(sb, "%016llx ", (unsigned long long)node->address);
  name_append(sb, node->name);
  if (granularity == GRAPH_FUNCTIONS || granularity == GRAPH_FILES || !node->file[0])
    return;
  strbuf_append_char(sb, ' ');
  text_escape(sb, name_file(node->file));
  if (node->line)
    strbuf_appendf(sb, ":%lld", (long long)node->line);
}

void node_append_via(struct strbuf *sb, const struct graph_node *node) {
  if (!node->n_via)
    return;
  strbuf_append(sb, "  via ");
  name_append(sb, node->via[0]);
  if (node->n_via > 1)
    strbuf_appendf(sb, " +%u", node->n_via - 1);
}

static json_t *via_json(const struct graph_node *node) {
  json_t *array = json_array();
  for (uint32_t i = 0; i < node->n_via; i++)
    if (json_array_append_new(array, json_text(node->via[i])) != 0) {
      json_decref(array);
      return NULL;
    }
  return array;
}

json_t *node_json(const struct graph_node *node, enum graph_granularity granularity) {
  json_t *object = json_object();
  int failed = json_object_set_new(object, "name", json_text(node->name));
  if (granularity == GRAPH_LINES || granularity == GRAPH_ADDRESSES) {
    failed |= json_object_set_new(object, "file", json_text(node->file));
    failed |= json_object_set_new(object, "line", json_integer(node->line));
  }
  if (granularity == GRAPH_ADDRESSES)
    failed |= json_object_set_new(object, "address", json_address(node->address));
  if (node->n_via)
    failed |= json_object_set_new(object, "via", via_json(node));
  if (!failed)
    return object;
  json_decref(object);
  return NULL;
}
