/* Three passes: every location's frames are turned into node numbers once (place_location), every
 * sample is walked from root to leaf over those numbers (add_sample), and at the end nodes are
 * sorted, renumbered and given their edges (finish). "Once a sample" is kept by stamping a node and
 * an edge with the number of the last sample that it was counted for. */
#include "model/graph.h"

#include "base/vector.h"
#include "model/error_bar.h"
#include "model/frame.h"
#include "model/graph_order.h"
#include "model/saturate.h"

#include <math.h>
#include <string.h>
#include <xxhash.h>

/* What makes a node one; pointers are interned. */
struct node_key {
  const char *name, *file, *mapping;
  int64_t line;
  uint64_t address;
};

struct frame_node {
  uint32_t node;
  bool is_inline; /* into the frame that follows it in the location */
};

/* A location's part of builder->frames, leaf first; none is not seen yet. */
struct frame_run {
  size_t first;
  uint32_t n;
};

/* What every frame of every sample adds to its node, apart from the nodes: those are five times as
 * large, and most of the time goes into waiting for memory. */
struct tally {
  size_t stamp; /* the last sample that was counted */
  int64_t cum;
  double cum_variance;
};

struct builder {
  const struct profile *profile;
  const struct graph_options *options;
  struct graph *graph;
  struct error_bars bars;
  struct frame_names names;
  VECTOR(struct graph_node) nodes;
  VECTOR(struct node_key) keys; /* beside nodes */
  VECTOR(struct tally) tallies; /* beside nodes */
  VECTOR(struct graph_edge) edges;
  VECTOR(size_t) edge_stamps;       /* beside edges */
  VECTOR(struct frame_node) frames; /* of all locations seen */
  struct frame_run *runs;           /* by location */
  struct hash_index by_key, by_ends;
};

static bool same_key(const void *context, uint32_t index, const void *key) {
  return memcmp(&((const struct builder *)context)->keys.data[index], key,
                sizeof(struct node_key)) == 0;
}

static bool same_ends(const void *context, uint32_t index, const void *key) {
  const struct graph_edge *edge = &((const struct builder *)context)->edges.data[index],
                          *ends = key;
  return edge->caller == ends->caller && edge->callee == ends->callee;
}

/* What pprof keeps of a frame at each granularity; what has no function is told by its mapping. */
static struct node_key key_of(struct builder *builder, const struct profile_location *location,
                              uint32_t line_index) {
  static const char none[] = "";
  enum graph_granularity granularity = builder->options->granularity;
  const struct profile_line *line = profile_frame_line(location, line_index);
  const struct profile_function *function =
      profile_frame_function(builder->profile, location, line_index);
  struct node_key key = {.name = frame_names_get(&builder->names, location, line_index),
                         .file = none,
                         .mapping = none};
  if (granularity == GRAPH_FILES && function && *function->file)
    key.name = function->file;
  if (granularity >= GRAPH_LINES && function) {
    key.file = function->file;
    key.line = line->line;
  }
  if (!function && location->mapping != PROFILE_NONE)
    key.mapping = builder->profile->mappings[location->mapping].file;
  if (granularity == GRAPH_ADDRESSES)
    key.address = location->address;
  return key;
}

static struct error *add_node(struct builder *builder, const struct node_key *key, uint64_t hash,
                              uint32_t location, uint32_t line_index) {
  struct graph_node node = {.name = key->name,
                            .file = key->file,
                            .mapping = key->mapping,
                            .line = key->line,
                            .address = key->address,
                            .location = location,
                            .line_index = line_index};
  if (!hash_index_add(&builder->by_key, hash, (uint32_t)builder->nodes.count) ||
      !VECTOR_PUSH(&builder->nodes, node) || !VECTOR_PUSH(&builder->keys, *key) ||
      !VECTOR_PUSH(&builder->tallies, (struct tally){0}))
    return &error_no_memory;
  return NULL;
}

static struct error *place_frame(struct builder *builder, uint32_t location, uint32_t line_index,
                                 bool is_inline) {
  struct node_key key = key_of(builder, &builder->profile->locations[location], line_index);
  if (!key.name)
    return &error_no_memory;
  uint64_t hash = XXH3_64bits(&key, sizeof(key));
  uint32_t node = hash_index_find(&builder->by_key, hash, same_key, builder, &key);
  if (node == HASH_INDEX_NONE) {
    node = (uint32_t)builder->nodes.count;
    struct error *err = add_node(builder, &key, hash, location, line_index);
    if (err)
      return err;
  }
  struct frame_node frame = {.node = node, .is_inline = is_inline};
  return VECTOR_PUSH(&builder->frames, frame) ? NULL : &error_no_memory;
}

/* The frames of a location that take part: its lines, or the last one without inlining. */
static uint32_t first_line(const struct builder *builder, const struct profile_location *location) {
  return builder->options->no_inlines ? profile_n_frames(location) - 1 : 0;
}

static struct error *place_location(struct builder *builder, uint32_t index) {
  const struct profile_location *location = &builder->profile->locations[index];
  uint32_t first = first_line(builder, location), n = profile_n_frames(location);
  builder->runs[index] = (struct frame_run){.first = builder->frames.count, .n = n - first};
  for (uint32_t i = first; i < n; i++) {
    struct error *err = place_frame(builder, index, i, i + 1 < n);
    if (err)
      return err;
  }
  return NULL;
}

static void count_cum(struct builder *builder, uint32_t node, size_t stamp, int64_t value,
                      double variance) {
  struct tally *tally = &builder->tallies.data[node];
  if (tally->stamp == stamp)
    return;
  tally->stamp = stamp;
  tally->cum = saturating_add(tally->cum, value);
  tally->cum_variance += variance;
}

static struct error *count_edge(struct builder *builder, uint32_t caller, struct frame_node callee,
                                size_t stamp, int64_t value, double variance) {
  struct graph_edge ends = {.caller = caller, .callee = callee.node, .is_inline = true};
  uint64_t hash = XXH3_64bits(&(uint64_t){(uint64_t)caller << 32 | callee.node}, sizeof(uint64_t));
  uint32_t index = hash_index_find(&builder->by_ends, hash, same_ends, builder, &ends);
  if (index == HASH_INDEX_NONE) {
    index = (uint32_t)builder->edges.count;
    if (!hash_index_add(&builder->by_ends, hash, index) || !VECTOR_PUSH(&builder->edges, ends) ||
        !VECTOR_PUSH(&builder->edge_stamps, 0))
      return &error_no_memory;
  }
  struct graph_edge *edge = &builder->edges.data[index];
  edge->is_inline &= callee.is_inline;
  if (builder->edge_stamps.data[index] == stamp)
    return NULL;
  builder->edge_stamps.data[index] = stamp;
  edge->weight = saturating_add(edge->weight, value);
  edge->variance += variance;
  return NULL;
}

/* The frames of a sample, root first. */
struct walk {
  size_t stamp;
  int64_t value;
  double variance;
  uint32_t parent; /* PROFILE_NONE above the root */
};

static struct error *step(struct builder *builder, struct walk *walk, struct frame_node frame) {
  struct error *err = NULL;
  count_cum(builder, frame.node, walk->stamp, walk->value, walk->variance);
  if (walk->parent != PROFILE_NONE && walk->parent != frame.node && !builder->options->no_edges)
    err = count_edge(builder, walk->parent, frame, walk->stamp, walk->value, walk->variance);
  walk->parent = frame.node;
  return err;
}

static struct error *walk_location(struct builder *builder, struct walk *walk, uint32_t index) {
  struct error *err = builder->runs[index].n ? NULL : place_location(builder, index);
  struct frame_run run = builder->runs[index];
  for (uint32_t i = run.n; i-- > 0 && !err;)
    err = step(builder, walk, builder->frames.data[run.first + i]);
  return err;
}

static struct error *add_sample(struct builder *builder, size_t index) {
  const struct profile_sample *sample = &builder->profile->samples[index];
  struct walk walk = {.stamp = index + 1,
                      .value = sample->values[builder->options->type],
                      .variance = error_bars_variance(&builder->bars, sample),
                      .parent = PROFILE_NONE};
  if (walk.value == 0)
    return NULL;
  builder->graph->total = saturating_add(builder->graph->total, walk.value);
  builder->graph->total_variance += walk.variance;
  for (uint32_t i = sample->n_locations; i-- > 0;) {
    struct error *err = walk_location(builder, &walk, sample->locations[i]);
    if (err)
      return err;
  }
  if (walk.parent != PROFILE_NONE) {
    struct graph_node *leaf = &builder->nodes.data[walk.parent];
    leaf->flat = saturating_add(leaf->flat, walk.value);
    leaf->flat_variance += walk.variance;
  }
  return NULL;
}

static struct error *add_samples(struct builder *builder) {
  builder->runs =
      arena_calloc(&builder->graph->arena, builder->profile->n_locations, sizeof(*builder->runs));
  if (!builder->runs)
    return &error_no_memory;
  for (size_t i = 0; i < builder->profile->n_samples; i++) {
    struct error *err = add_sample(builder, i);
    if (err)
      return err;
  }
  return NULL;
}

/* Hands the arrays over to the graph. */
static struct error *finish(struct builder *builder) {
  struct graph *graph = builder->graph;
  for (size_t i = 0; i < builder->nodes.count; i++) {
    builder->nodes.data[i].cum = builder->tallies.data[i].cum;
    builder->nodes.data[i].cum_variance = builder->tallies.data[i].cum_variance;
  }
  graph->nodes = builder->nodes.data;
  graph->n_nodes = builder->nodes.count;
  graph->edges = builder->edges.data;
  graph->n_edges = builder->edges.count;
  builder->nodes.data = NULL;
  builder->edges.data = NULL;
  return graph_put_in_order(graph, builder->options->order);
}

static void builder_deinit(struct builder *builder) {
  VECTOR_DEINIT(&builder->nodes);
  VECTOR_DEINIT(&builder->keys);
  VECTOR_DEINIT(&builder->tallies);
  VECTOR_DEINIT(&builder->edges);
  VECTOR_DEINIT(&builder->edge_stamps);
  VECTOR_DEINIT(&builder->frames);
  hash_index_deinit(&builder->by_key);
  hash_index_deinit(&builder->by_ends);
  frame_names_deinit(&builder->names);
}

static struct error *build(struct builder *builder) {
  struct error *err = frame_names_init(&builder->names, builder->profile, &builder->graph->arena);
  if (!err)
    err = add_samples(builder);
  return err ? err : finish(builder);
}

struct error *graph_create(const struct profile *profile, const struct graph_options *options,
                           struct graph **ret) {
  if (options->type < 0 || (size_t)options->type >= profile->n_sample_types)
    return error_create(ERROR_BAD_INPUT, "the profile has no such sample type");
  _cleanup_graph_ struct graph *graph = calloc(1, sizeof(*graph));
  if (!graph)
    return &error_no_memory;
  struct builder builder = {.profile = profile,
                            .options = options,
                            .graph = graph,
                            .bars = error_bars_of(profile, options->type)};
  struct error *err = build(&builder);
  builder_deinit(&builder);
  if (err)
    return err;
  *ret = graph;
  graph = NULL;
  return NULL;
}

void graph_destroy(struct graph *graph) {
  if (!graph)
    return;
  free(graph->nodes);
  free(graph->edges);
  arena_deinit(&graph->arena);
  free(graph);
}
