/* Hints: places and callers, by which nodes of a graph differ whose names look alike. */
#pragma once

#include "base/strbuf.h"
#include "model/graph.h"

struct node_hints {
  const struct profile *profile;
  uint32_t *callers; /* by location: the location that called it in the first sample that has it */
};

/* False without memory. The profile must not change meanwhile. */
bool node_hints_init(struct node_hints *hints, const struct profile *profile);
void node_hints_deinit(struct node_hints *hints);

/* Appends, escaped, "file.c:12" of one of the node's frames and, behind a newline, that frame's
 * caller: "< main main.c:7". Parts that are not known are left out. */
void node_hints_append(struct strbuf *sb, const struct node_hints *hints,
                       const struct graph_node *node);
