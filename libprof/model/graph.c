/* Three passes: every location's frames are turned into node numbers once (place_location), every
 * sample becomes a row of those numbers from root to leaf, which is counted (add_sample), and at
 * the end nodes are sorted, renumbered and given their edges (finish). "Once a sample" is kept by
 * stamping a node and an edge with the number of the last sample that it was counted for.
 *
 * Most of the time goes into waiting for the figures of nodes in no order: what each frame of each
 * sample needs is small and apart from the rest, and is fetched while the row is being made. */
#include "model/graph.h"

#include "base/vector.h"
#include "model/frame.h"
#include "model/graph_order.h"
#include "model/graph_via.h"
#include "model/saturate.h"

#include <math.h>
#include <string.h>
#include <xxhash.h>

/* The identity of a node; pointers are interned. */
struct node_key {
  const char *name, *file, *mapping;
  int64_t line;
  uint64_t address;
};

struct frame_node {
  uint32_t node;
  bool is_inline; /* into the frame that follows it in the location */
};

/* A location's frames: the node itself of one that is alone, else their first place in
 * builder->frames, leaf first; none is not seen yet. */
struct frame_run {
  uint32_t at, n;
};

/* The figures that samples add up to in a node. */
struct tally {
  uint32_t stamp; /* the last sample that was counted for cum */
  int64_t cum, flat, cum_freed, flat_freed;
};

struct graph_spreads {
  struct spread cum, flat;
};
static const struct spread exactly = {0};

struct builder {
  const struct profile *profile;
  const struct graph_options *options;
  struct graph *graph;
  struct freed_types freed;
  struct error_bars bars;
  struct frame_names names;
  VECTOR(struct graph_node) nodes;
  VECTOR(struct node_key) keys;         /* beside nodes */
  VECTOR(struct tally) tallies;         /* beside nodes */
  VECTOR(struct graph_spreads) spreads; /* beside nodes, and of an exact profile empty */
  VECTOR(struct spread) edge_spreads;   /* likewise beside edges */
  VECTOR(struct graph_edge) edges;
  VECTOR(uint32_t) edge_stamps;     /* beside edges */
  VECTOR(struct frame_node) frames; /* of the locations seen that have several */
  struct frame_run *runs;           /* by location */
  VECTOR(struct frame_node) row;    /* the sample at hand, root first */
  struct hash_index by_key, by_ends;
  struct graph_vias vias;
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

/* Keeps the parts of a frame that pprof keeps at each granularity. A frame without a function is
 * known by its mapping. */
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
      !VECTOR_PUSH(&builder->tallies, (struct tally){0}) ||
      (builder->bars.unseen && !VECTOR_PUSH(&builder->spreads, (struct graph_spreads){0})))
    return &error_no_memory;
  return NULL;
}

static struct error *find_node(struct builder *builder, uint32_t location, uint32_t line_index,
                               uint32_t *ret) {
  struct node_key key = key_of(builder, &builder->profile->locations[location], line_index);
  if (!key.name)
    return &error_no_memory;
  uint64_t hash = XXH3_64bits(&key, sizeof(key));
  *ret = hash_index_find(&builder->by_key, hash, same_key, builder, &key);
  if (*ret != HASH_INDEX_NONE)
    return NULL;
  *ret = (uint32_t)builder->nodes.count;
  return add_node(builder, &key, hash, location, line_index);
}

/* The frames of a location that take part: its lines, or the last one without inlining. */
static uint32_t first_line(const struct builder *builder, const struct profile_location *location) {
  return builder->options->no_inlines ? profile_n_frames(location) - 1 : 0;
}

static struct error *place_location(struct builder *builder, uint32_t index) {
  const struct profile_location *location = &builder->profile->locations[index];
  uint32_t first = first_line(builder, location), n = profile_n_frames(location);
  struct frame_run run = {.at = (uint32_t)builder->frames.count, .n = n - first};
  if (builder->frames.count > UINT32_MAX - n || !VECTOR_RESERVE(&builder->frames, run.at + run.n))
    return &error_no_memory;
  for (uint32_t i = first; i < n; i++) {
    struct frame_node frame = {.is_inline = i + 1 < n};
    struct error *err = find_node(builder, index, i, &frame.node);
    if (err)
      return err;
    builder->frames.data[run.at + i - first] = frame;
  }
  if (run.n == 1)
    run.at = builder->frames.data[run.at].node;
  else
    builder->frames.count += run.n;
  builder->runs[index] = run;
  return NULL;
}

/* Appends to the row, where there is room for one frame of each location. */
static struct error *append_location(struct builder *builder, uint32_t index, size_t n_to_come) {
  struct error *err = builder->runs[index].n ? NULL : place_location(builder, index);
  if (err)
    return err;
  struct frame_run run = builder->runs[index];
  if (!VECTOR_RESERVE(&builder->row, builder->row.count + run.n + n_to_come))
    return &error_no_memory;
  if (run.n == 1)
    builder->row.data[builder->row.count++] = (struct frame_node){.node = run.at};
  else
    for (uint32_t i = run.n; i-- > 0;)
      builder->row.data[builder->row.count++] = builder->frames.data[run.at + i];
  return NULL;
}

static struct error *make_row(struct builder *builder, const struct profile_sample *sample) {
  struct error *err = NULL;
  builder->row.count = 0;
  if (!VECTOR_RESERVE(&builder->row, sample->n_locations))
    return &error_no_memory;
  for (uint32_t i = sample->n_locations; i-- > 0 && !err;) {
    struct frame_run run = builder->runs[sample->locations[i]];
    if (run.n == 1) {
      builder->row.data[builder->row.count++] = (struct frame_node){.node = run.at};
      __builtin_prefetch(&builder->tallies.data[run.at], 1);
    } else {
      err = append_location(builder, sample->locations[i], i);
    }
  }
  return err;
}

/* The sample at hand. */
struct figure {
  uint32_t stamp;
  int64_t value, freed;
  struct spread spread;
};

static void count_nodes(struct builder *builder, const struct figure *figure) {
  struct tally *tallies = builder->tallies.data;
  const struct frame_node *row = builder->row.data;
  uint32_t stamp = figure->stamp;
  int64_t value = figure->value;
  bool exact = !builder->bars.unseen;
  for (size_t i = 0, n = builder->row.count; i < n; i++) {
    struct tally *tally = &tallies[row[i].node];
    if (tally->stamp == stamp)
      continue;
    tally->stamp = stamp;
    tally->cum = saturating_add(tally->cum, value);
    tally->cum_freed = saturating_add(tally->cum_freed, figure->freed);
    if (!exact)
      spread_add(&builder->spreads.data[row[i].node].cum, &figure->spread);
  }
}

static struct error *count_edge(struct builder *builder, uint32_t caller, struct frame_node callee,
                                const struct figure *sample) {
  struct graph_edge ends = {.caller = caller, .callee = callee.node, .is_inline = true};
  uint64_t hash = XXH3_64bits(&(uint64_t){(uint64_t)caller << 32 | callee.node}, sizeof(uint64_t));
  uint32_t index = hash_index_find(&builder->by_ends, hash, same_ends, builder, &ends);
  if (index == HASH_INDEX_NONE) {
    index = (uint32_t)builder->edges.count;
    if (!hash_index_add(&builder->by_ends, hash, index) || !VECTOR_PUSH(&builder->edges, ends) ||
        !VECTOR_PUSH(&builder->edge_stamps, 0) ||
        (builder->bars.unseen && !VECTOR_PUSH(&builder->edge_spreads, exactly)))
      return &error_no_memory;
  }
  struct graph_edge *edge = &builder->edges.data[index];
  edge->is_inline &= callee.is_inline;
  if (builder->edge_stamps.data[index] == sample->stamp)
    return NULL;
  builder->edge_stamps.data[index] = sample->stamp;
  edge->weight = saturating_add(edge->weight, sample->value);
  edge->freed = saturating_add(edge->freed, sample->freed);
  if (builder->bars.unseen)
    spread_add(&builder->edge_spreads.data[index], &sample->spread);
  return NULL;
}

static struct error *count_edges(struct builder *builder, const struct figure *sample) {
  const struct frame_node *row = builder->row.data;
  struct error *err = NULL;
  for (size_t i = 1; i < builder->row.count && !err; i++)
    if (row[i - 1].node != row[i].node)
      err = count_edge(builder, row[i - 1].node, row[i], sample);
  return err;
}

static struct error *count_leaf(struct builder *builder, const struct figure *sample) {
  const char *via = builder->options->via ? builder->options->via[sample->stamp - 1] : NULL;
  if (!builder->row.count)
    return NULL;
  uint32_t leaf = builder->row.data[builder->row.count - 1].node;
  struct tally *tally = &builder->tallies.data[leaf];
  tally->flat = saturating_add(tally->flat, sample->value);
  tally->flat_freed = saturating_add(tally->flat_freed, sample->freed);
  if (builder->bars.unseen)
    spread_add(&builder->spreads.data[leaf].flat, &sample->spread);
  return !via || graph_vias_add(&builder->vias, leaf, via, sample->value) ? NULL : &error_no_memory;
}

static struct error *add_sample(struct builder *builder, size_t index) {
  const struct profile_sample *sample = &builder->profile->samples[index];
  struct figure figure = {.stamp = (uint32_t)index + 1,
                          .value = sample->values[builder->options->type],
                          .freed = freed_objects(&builder->freed, sample)};
  if (figure.value == 0 && figure.freed == 0)
    return NULL;
  figure.spread = spread_of_sample(&builder->bars, sample);
  builder->graph->total = saturating_add(builder->graph->total, figure.value);
  spread_add(&builder->graph->total_spread, &figure.spread);
  struct error *err = make_row(builder, sample);
  if (err)
    return err;
  count_nodes(builder, &figure);
  err = count_leaf(builder, &figure);
  return err || builder->options->no_edges ? err : count_edges(builder, &figure);
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
static struct error *graph_finish(struct builder *builder) {
  struct graph *graph = builder->graph;
  for (size_t i = 0; i < builder->nodes.count; i++) {
    struct graph_node *node = &builder->nodes.data[i];
    node->flat = builder->tallies.data[i].flat;
    node->cum = builder->tallies.data[i].cum;
    node->flat_freed = builder->tallies.data[i].flat_freed;
    node->cum_freed = builder->tallies.data[i].cum_freed;
    node->flat_spread = builder->spreads.count ? &builder->spreads.data[i].flat : &exactly;
    node->cum_spread = builder->spreads.count ? &builder->spreads.data[i].cum : &exactly;
  }
  for (size_t i = 0; i < builder->edges.count; i++)
    builder->edges.data[i].spread =
        builder->edge_spreads.count ? &builder->edge_spreads.data[i] : &exactly;
  graph->nodes = builder->nodes.data;
  graph->n_nodes = builder->nodes.count;
  graph->edges = builder->edges.data;
  graph->n_edges = builder->edges.count;
  graph->spreads = builder->spreads.data;
  graph->edge_spreads = builder->edge_spreads.data;
  builder->nodes.data = NULL;
  builder->edges.data = NULL;
  builder->spreads.data = NULL;
  builder->edge_spreads.data = NULL;
  if (!graph_vias_finish(&builder->vias, graph))
    return &error_no_memory;
  return graph_put_in_order(graph, builder->options->order);
}

static void builder_deinit(struct builder *builder) {
  VECTOR_DEINIT(&builder->nodes);
  VECTOR_DEINIT(&builder->keys);
  VECTOR_DEINIT(&builder->tallies);
  VECTOR_DEINIT(&builder->spreads);
  VECTOR_DEINIT(&builder->edge_spreads);
  VECTOR_DEINIT(&builder->edges);
  VECTOR_DEINIT(&builder->edge_stamps);
  VECTOR_DEINIT(&builder->frames);
  VECTOR_DEINIT(&builder->row);
  hash_index_deinit(&builder->by_key);
  hash_index_deinit(&builder->by_ends);
  graph_vias_deinit(&builder->vias);
  frame_names_deinit(&builder->names);
}

static struct error *graph_build(struct builder *builder) {
  struct error *err = frame_names_init(&builder->names, builder->profile, &builder->graph->arena);
  if (!err)
    err = add_samples(builder);
  return err ? err : graph_finish(builder);
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
                            .bars = error_bars_of(profile, options->type),
                            .freed = freed_types_of(profile, options->type)};
  struct error *err = graph_build(&builder);
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
  free(graph->spreads);
  free(graph->edge_spreads);
  arena_deinit(&graph->arena);
  free(graph);
}
