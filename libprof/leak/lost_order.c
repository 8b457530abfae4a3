#include "leak/lost_order.h"

#include "base/cleanup.h"

static int compare_sizes(const void *a, const void *b, void *context) {
  const struct block *blocks = context, *x = &blocks[*(const uint32_t *)a],
                     *y = &blocks[*(const uint32_t *)b];
  if (x->size != y->size)
    return x->size < y->size ? -1 : 1;
  return (x->start > y->start) - (x->start < y->start);
}

/* Blocks of one site are mostly of one size, and then in order already. */
static void sort_site(const struct blocks *blocks, uint32_t *order, size_t n) {
  for (size_t i = 1; i < n; i++)
    if (compare_sizes(&order[i - 1], &order[i], blocks->data) > 0) {
      qsort_r(order, n, sizeof(*order), compare_sizes, blocks->data);
      return;
    }
}

/* Where the blocks of each site begin in the order; the last is their number. */
static struct error *count_sites(const struct blocks *blocks, size_t **ret, size_t *n_sites) {
  uint32_t last = 0;
  for (size_t i = 0; i < blocks->count; i++)
    if (blocks->data[i].site > last)
      last = blocks->data[i].site;
  size_t *begins = calloc((size_t)last + 2, sizeof(*begins));
  if (!begins)
    return &error_no_memory;
  for (size_t i = 0; i < blocks->count; i++)
    begins[blocks->data[i].site + 1] += blocks->data[i].state == BLOCK_UNREACHED;
  for (size_t site = 0; site <= last; site++)
    begins[site + 1] += begins[site];
  *ret = begins;
  *n_sites = (size_t)last + 1;
  return NULL;
}

struct error *lost_order(const struct blocks *blocks, uint32_t **ret, size_t *n) {
  _cleanup_free_ size_t *next = NULL;
  size_t n_sites;
  struct error *err = count_sites(blocks, &next, &n_sites);
  if (err)
    return err;
  size_t count = next[n_sites];
  uint32_t *order = malloc((count + 1) * sizeof(*order));
  if (!order)
    return &error_no_memory;
  for (uint32_t i = 0; i < blocks->count; i++)
    if (blocks->data[i].state == BLOCK_UNREACHED)
      order[next[blocks->data[i].site]++] = i;
  for (size_t site = 0; site < n_sites; site++) { /* each begins where the one before ended */
    size_t begin = site ? next[site - 1] : 0;
    sort_site(blocks, order + begin, next[site] - begin);
  }
  *ret = order;
  *n = count;
  return NULL;
}
