#include "report/lifetimes.h"

#include "base/cleanup.h"
#include "model/sample_types.h"
#include "model/unit.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Nodes of several graphs of one profile: the same one is found by what it shows. */
static int compare_nodes(const void *a, const void *b) {
  const struct graph_node *x = *(const struct graph_node *const *)a;
  const struct graph_node *y = *(const struct graph_node *const *)b;
  int order = strcmp(x->name, y->name);
  if (!order)
    order = strcmp(x->file, y->file);
  if (!order)
    order = strcmp(x->mapping, y->mapping);
  if (!order)
    order = (x->line > y->line) - (x->line < y->line);
  return order ? order : (x->address > y->address) - (x->address < y->address);
}

/* The figures of one sample type by node, sorted. */
struct figures {
  struct graph *graph;
  const struct graph_node **nodes;
};

static void figures_deinit(struct figures *figures) {
  graph_destroy(figures->graph);
  free(figures->nodes);
}

static struct error *figures_read(const struct profile *profile,
                                  const struct graph_options *options, enum sample_type type,
                                  struct figures *ret) {
  struct graph_options own = *options;
  own.type = sample_type_index(profile, type);
  own.no_edges = true;
  own.via = NULL;
  struct error *err = graph_create(profile, &own, &ret->graph);
  if (!err && !(ret->nodes = calloc(ret->graph->n_nodes + 1, sizeof(*ret->nodes))))
    err = &error_no_memory;
  if (err)
    return err;
  for (size_t i = 0; i < ret->graph->n_nodes; i++)
    ret->nodes[i] = &ret->graph->nodes[i];
  if (ret->graph->n_nodes)
    qsort(ret->nodes, ret->graph->n_nodes, sizeof(*ret->nodes), compare_nodes);
  return NULL;
}

/* A graph lacks nodes that have nothing of its sample type. */
static struct graph_node figures_of(const struct figures *figures, const struct graph_node *node) {
  const struct graph_node **found = bsearch(&node, figures->nodes, figures->graph->n_nodes,
                                            sizeof(*figures->nodes), compare_nodes);
  return found ? **found : (struct graph_node){0};
}

/* A hostile profile's figures may wrap; that must not be undefined. */
static void add_signed(void *lifetimes, size_t place, int sign, int64_t value) {
  int64_t *to = (int64_t *)((char *)lifetimes + place);
  *to = (int64_t)((uint64_t)*to + (sign < 0 ? -(uint64_t)value : (uint64_t)value));
}

/* Adds, or takes away, one sample type's figures. */
static struct error *add_figures(const struct profile *profile, const struct graph_options *options,
                                 const struct graph *graph, enum sample_type type, int sign,
                                 size_t place, struct node_lifetimes *lifetimes) {
  _cleanup_(figures_deinit) struct figures figures = {0};
  struct error *err = figures_read(profile, options, type, &figures);
  for (size_t i = 0; i < graph->n_nodes && !err; i++) {
    struct graph_node node = figures_of(&figures, &graph->nodes[i]);
    add_signed(&lifetimes[i].flat, place, sign, node.flat);
    add_signed(&lifetimes[i].cum, place, sign, node.cum);
  }
  return err;
}

static const struct {
  enum sample_type type;
  int sign;
  size_t place;
} parts[] = {
    {SAMPLE_ALLOC_OBJECTS, 1, offsetof(struct lifetimes, blocks)},
    {SAMPLE_INUSE_OBJECTS, -1, offsetof(struct lifetimes, blocks)},
    {SAMPLE_ALLOC_SPACE, 1, offsetof(struct lifetimes, bytes)},
    {SAMPLE_INUSE_SPACE, -1, offsetof(struct lifetimes, bytes)},
    {SAMPLE_LIFETIME, 1, offsetof(struct lifetimes, nanos)},
};
enum { N_PARTS = sizeof(parts) / sizeof(*parts) };

static bool has_lifetimes(const struct profile *profile) {
  for (size_t i = 0; i < N_PARTS; i++)
    if (sample_type_index(profile, parts[i].type) < 0)
      return false;
  return true;
}

bool lifetimes_is_type(const struct profile *profile, int type) {
  return has_lifetimes(profile) && type == sample_type_index(profile, SAMPLE_LIFETIME);
}

struct error *lifetimes_create(const struct profile *profile, const struct graph_options *options,
                               const struct graph *graph, struct node_lifetimes **ret) {
  _cleanup_free_ struct node_lifetimes *lifetimes = calloc(graph->n_nodes + 1, sizeof(*lifetimes));
  struct error *err = lifetimes ? NULL : &error_no_memory;
  for (size_t i = 0; i < N_PARTS && !err && has_lifetimes(profile); i++)
    err = add_figures(profile, options, graph, parts[i].type, parts[i].sign, parts[i].place,
                      lifetimes);
  if (!err)
    *ret = no_cleanup_ptr(lifetimes);
  return err;
}

struct lifetimes lifetimes_total(const struct profile *profile) {
  struct lifetimes total = {0};
  for (size_t i = 0; i < N_PARTS && has_lifetimes(profile); i++) {
    int type = sample_type_index(profile, parts[i].type);
    for (size_t k = 0; k < profile->n_samples; k++)
      add_signed(&total, parts[i].place, parts[i].sign, profile->samples[k].values[type]);
  }
  return total;
}

void lifetimes_append_mean(struct strbuf *sb, const struct lifetimes *lifetimes, const char *unit) {
  lifetimes_append_mean_of(sb, lifetimes->nanos, lifetimes->blocks, unit);
}

double lifetimes_mean_of(int64_t nanos, int64_t freed) {
  return freed > 0 ? (double)nanos / (double)freed : 0;
}

void lifetimes_append_mean_of(struct strbuf *sb, int64_t nanos, int64_t freed, const char *unit) {
  if (freed > 0)
    unit_format(sb, lifetimes_mean_of(nanos, freed), "nanoseconds", unit);
}

int lifetimes_mean_json(json_t *object, const char *key, int64_t nanos, int64_t freed) {
  double mean = lifetimes_mean_of(nanos, freed);
  return json_object_set_new(
      object, key, freed > 0 ? json_integer((json_int_t)fmin(mean, 0x1p62)) : json_null());
}

int lifetimes_means_json(json_t *object, int64_t flat, int64_t flat_freed, int64_t cum,
                         int64_t cum_freed) {
  return lifetimes_mean_json(object, "life_nanos", flat, flat_freed) |
         lifetimes_mean_json(object, "cum_life_nanos", cum, cum_freed);
}

int lifetimes_json(const struct lifetimes *lifetimes, json_t *object) {
  int failed = json_object_set_new(object, "temporary_objects", json_integer(lifetimes->blocks));
  failed |= json_object_set_new(object, "temporary_bytes", json_integer(lifetimes->bytes));
  return failed | lifetimes_mean_json(object, "life_nanos", lifetimes->nanos, lifetimes->blocks);
}
