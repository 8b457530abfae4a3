/* Temporary blocks, those that were allocated and freed again, and how long they lived, by node of
 * a graph. */
#pragma once

#include "model/graph.h"
#include "report/table.h"

#include <jansson.h>

struct lifetimes {
  int64_t blocks, bytes; /* that were freed */
  int64_t nanos;         /* the sum of their lifetimes */
};

struct node_lifetimes {
  struct lifetimes flat, cum;
};

/* Whether this is the sample type `lifetime`: a sum, of which only the mean says something. */
bool lifetimes_is_type(const struct profile *profile, int type);

/* For each node of `graph`, which was made with `options`, in its order; to be freed. All are 0
 * where the profile has no lifetimes. */
struct error *lifetimes_create(const struct profile *profile, const struct graph_options *options,
                               const struct graph *graph, struct node_lifetimes **ret);

/* The sum over all samples. */
struct lifetimes lifetimes_total(const struct profile *profile);

/* "12.3 ms"; nothing where nothing was freed. */
void lifetimes_append_mean(struct strbuf *sb, const struct lifetimes *lifetimes, const char *unit);

/* The mean of a figure that is a sum over `freed` objects, in ns; 0 where none was. */
double lifetimes_mean_of(int64_t nanos, int64_t freed);

/* The same in words: "12.3 ms"; nothing where none was. */
void lifetimes_append_mean_of(struct strbuf *sb, int64_t nanos, int64_t freed, const char *unit);

/* Sets `key`: the mean, or null. Nonzero without memory. */
int lifetimes_mean_json(json_t *object, const char *key, int64_t nanos, int64_t freed);

/* Sets "life_nanos" and "cum_life_nanos", the means of a node's own figure and of its cum. */
int lifetimes_means_json(json_t *object, int64_t flat, int64_t flat_freed, int64_t cum,
                         int64_t cum_freed);

/* Sets "temporary_objects", "temporary_bytes" and "life_nanos", the mean or null. Nonzero without
 * memory. */
int lifetimes_json(const struct lifetimes *lifetimes, json_t *object);
