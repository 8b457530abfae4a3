#include "recording/leaves.h"

#include "base/cleanup.h"

#include <stdlib.h>

enum { PIECE = 256 }; /* leaves read at a time: 194 KiB */

struct leaf_place {
  uint64_t start; /* the leaf's first address */
  uint64_t index;
};

struct leaf_order {
  struct leaf_place *data;
  size_t count; /* published ones */
};

/* recording_open has checked that all leaves that are counted lie in the file. */
static uint64_t place_of(const struct recording *recording, uint64_t index, uint64_t *left) {
  uint64_t granule;
  unsigned k = chunk_of(TABLE_LEAVES, index, &granule);
  *left = chunk_elements(TABLE_LEAVES, k) - granule;
  return recording->header.table[TABLE_LEAVES].chunk[k] + granule * sizeof(struct recording_leaf);
}

static int compare(const void *a, const void *b) {
  const struct leaf_place *x = a, *y = b;
  return (x->start > y->start) - (x->start < y->start);
}

/* Heaps grow upwards, and the shim makes leaves as they do: mostly there is nothing to sort. */
static void sort(struct leaf_order *order) {
  for (size_t i = 1; i < order->count; i++)
    if (order->data[i - 1].start > order->data[i].start) {
      qsort(order->data, order->count, sizeof(*order->data), compare);
      return;
    }
}

/* Reads whole leaves though only their starts are wanted: that takes far less time than a read for
 * each. */
static struct error *read_order(const struct recording *recording, struct recording_leaf *buffer,
                                struct leaf_order *order) {
  uint64_t n = recording->header.table[TABLE_LEAVES].count, left;
  order->data = malloc((n + 1) * sizeof(*order->data));
  if (!order->data)
    return &error_no_memory;
  for (uint64_t i = 0, piece; i < n; i += piece) {
    uint64_t place = place_of(recording, i, &left);
    piece = left < PIECE ? left : PIECE;
    piece = piece < n - i ? piece : n - i;
    struct error *err = walk_read(recording, buffer, piece * sizeof(*buffer), place);
    if (err)
      return err;
    for (uint64_t k = 0; k < piece; k++)
      if (buffer[k].start)
        order->data[order->count++] = (struct leaf_place){buffer[k].start, i + k};
  }
  sort(order);
  return NULL;
}

static bool visit_leaf(struct object_walk *walk, const struct recording_leaf *leaf) {
  for (unsigned i = 0; i < LEAF_GRANULES; i++) {
    const struct recording_granule *granule = &leaf->granule[i];
    if (!(granule->packed & GRANULE_LIVE))
      continue;
    struct recording_object object = {GRANULE_SIZE(granule->packed),
                                      (uint64_t)granule->time << GRANULE_TIME_SHIFT, granule->site,
                                      GRANULE_THREAD(granule->packed)};
    uint64_t number = leaf->start + ((uint64_t)i << walk->recording->header.granule_shift);
    if (!walk_visit(walk, GRANULE_ADDRESS(granule->packed, number), &object))
      return false;
  }
  return true;
}

/* Returns how many of the leaves from `at` on also follow one another in the file. */
static size_t run_length(const struct recording *recording, const struct leaf_order *order,
                         size_t at) {
  uint64_t left, first = order->data[at].index;
  place_of(recording, first, &left);
  size_t n = 1;
  while (n < PIECE && n < left && at + n < order->count && order->data[at + n].index == first + n)
    n++;
  return n;
}

static struct error *visit_in_order(struct object_walk *walk, struct recording_leaf *buffer,
                                    const struct leaf_order *order) {
  for (size_t at = 0; at < order->count;) {
    uint64_t left, place = place_of(walk->recording, order->data[at].index, &left);
    size_t n = run_length(walk->recording, order, at);
    struct error *err = walk_read(walk->recording, buffer, n * sizeof(*buffer), place);
    for (size_t i = 0; !err && i < n; i++)
      if (!visit_leaf(walk, &buffer[i]))
        err = &error_no_memory;
    if (err)
      return err;
    at += n;
  }
  return NULL;
}

struct error *leaves_visit(struct object_walk *walk) {
  struct leaf_order order = {0};
  _cleanup_free_ struct recording_leaf *buffer = malloc(PIECE * sizeof(*buffer));
  if (!buffer)
    return &error_no_memory;
  struct error *err = read_order(walk->recording, buffer, &order);
  if (!err)
    err = visit_in_order(walk, buffer, &order);
  free(order.data);
  return err;
}
