/* The last step of graph_create: sorts nodes and edges and ties them together. Private to the
 * graph. */
#pragma once

#include "model/graph.h"

/* Sorts graph->nodes and renumbers the edges' ends to match, then gives each node its edges.
 * Strings, nodes and edges are in place; the lists are allocated in the graph's arena. */
struct error *graph_put_in_order(struct graph *graph, enum graph_order order);
