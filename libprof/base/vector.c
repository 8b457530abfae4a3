#include "base/vector.h"

#include "base/huge_pages.h"

#include <stdint.h>

bool vector_grow(void **data, size_t *capacity, size_t wanted, size_t size) {
  size_t n = *capacity < 8 ? 8 : *capacity + *capacity / 2;
  if (n < wanted)
    n = wanted;
  if (n > PTRDIFF_MAX / size)
    return false;
  void *p = realloc(*data, n * size);
  if (!p)
    return false;
  huge_pages_prefer(p, n * size);
  *data = p;
  *capacity = n;
  return true;
}
