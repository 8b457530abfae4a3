/* The name of a node of a graph in reports. */
#pragma once

#include "base/strbuf.h"
#include "model/graph.h"
#include "report/json.h"

/* Appends, escaped: "name", and "file:line" and the address where the granularity has them. */
void node_append_label(struct strbuf *sb, const struct graph_node *node,
                       enum graph_granularity granularity);

/* Appends, escaped, "  via zmalloc", and "  via zmalloc +2" where there are two more ways; nothing
 * where the node's own frames are the innermost. */
void node_append_via(struct strbuf *sb, const struct graph_node *node);

/* {"name", "file", "line", "address", "via"}; keys that the granularity lacks are left out. */
json_t *node_json(const struct graph_node *node, enum graph_granularity granularity);
