/* What a node of a graph is called in reports. */
#pragma once

#include "base/strbuf.h"
#include "model/graph.h"
#include "report/json.h"

/* Appends, escaped: "name", and "file:line" and the address where the granularity has them. */
void node_append_label(struct strbuf *sb, const struct graph_node *node,
                       enum graph_granularity granularity);

/* {"name", "file", "line", "address"}; keys that the granularity lacks are left out. */
json_t *node_json(const struct graph_node *node, enum graph_granularity granularity);
