#include "leak/lost_order.h"

static int compare_blocks(const void *a, const void *b, void *context) {
  const struct block *blocks = context, *x = &blocks[*(const uint32_t *)a],
                     *y = &blocks[*(const uint32_t *)b];
  if (x->site != y->site)
    return x->site < y->site ? -1 : 1;
  if (x->size != y->size)
    return x->size < y->size ? -1 : 1;
  return (x->start > y->start) - (x->start < y->start);
}

void lost_order(const struct blocks *blocks, uint32_t *lost, size_t n) {
  qsort_r(lost, n, sizeof(*lost), compare_blocks, blocks->data);
}
