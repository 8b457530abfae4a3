/* Flat and cumulative figures by function, file, line or address, and who called whom.
 *
 * A node's flat value is what its own frames allocated (they were the leaf), its cum value what it
 * and all it called did; recursion counts a sample once. Inlined frames are nodes like others. An
 * edge's weight is what the callee did on the caller's behalf. The graph's strings are the
 * profile's: it must not outlive the profile. */
#pragma once

#include "model/sample_types.h"
#include "model/spread.h"

/* The granularity at which two frames are the same node. */
enum graph_granularity {
  GRAPH_FUNCTIONS, /* function name */
  GRAPH_FILES,     /* source file */
  GRAPH_LINES,     /* function, file, line */
  GRAPH_ADDRESSES, /* function, file, line, address */
};

enum graph_order { GRAPH_BY_FLAT, GRAPH_BY_CUM };

struct graph_options {
  int type; /* index of a sample type */
  enum graph_granularity granularity;
  enum graph_order order;
  bool no_edges;          /* for reports that show none: saves most of the time */
  bool no_inlines;        /* an inlined frame's figures go to the function it was inlined into */
  const char *const *via; /* by sample, from profile_fold; NULL where nothing was folded */
};

struct graph_node {
  const char *name; /* for people: see profile_frame_name; the file for GRAPH_FILES */
  const char *file; /* source file or ""; "" for GRAPH_FUNCTIONS, whose frames may be of several */
  const char *mapping; /* path of the mapping or ""; "" if the name does not depend on it */
  int64_t line;        /* 0 unless GRAPH_LINES or GRAPH_ADDRESSES */
  uint64_t address;    /* 0 unless GRAPH_ADDRESSES */
  int64_t flat, cum;   /* in the sample type's unit */
  int64_t flat_freed, cum_freed; /* the objects that these are sums over, of lifetime; else 0 */
  const struct spread *flat_spread, *cum_spread; /* how sure they are; all zero where exact */
  /* Edges to callers and to callees: indices into graph->edges, heaviest first, then by name. */
  const uint32_t *callers, *callees;
  uint32_t n_callers, n_callees;
  /* With options.via: the names of the folded frames that its own allocations were made by, the
   * heaviest first. */
  const char *const *via;
  uint32_t n_via;
  /* Some frame of this node, to look at for what the granularity leaves out. */
  uint32_t location, line_index;
};

struct graph_edge {
  uint32_t caller, callee; /* indices into graph->nodes; never equal */
  int64_t weight;
  int64_t freed; /* as of nodes */
  const struct spread *spread;
  bool is_inline; /* in all of its samples the callee was inlined into the caller */
};

struct graph {
  struct graph_node *nodes; /* |flat| (or |cum|) descending, then the other one, then by name */
  size_t n_nodes;
  struct graph_edge *edges;
  size_t n_edges;
  int64_t total; /* of all samples, with or without frames */
  struct spread total_spread;
  /* Private. */
  struct arena arena;
  struct spread *edge_spreads;
  struct graph_spreads *spreads; /* of nodes; NULL where the profile is exact, as for edges */
};

/* ERROR_BAD_INPUT if options->type is no sample type. */
struct error *graph_create(const struct profile *profile, const struct graph_options *options,
                           struct graph **ret);
void graph_destroy(struct graph *graph);

static inline void cleanup_graph(struct graph **graph) {
  graph_destroy(*graph);
}
#define _cleanup_graph_ __attribute__((cleanup(cleanup_graph)))
