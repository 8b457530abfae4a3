#include "base/vector.h"

#include <stdint.h>

bool vector_reserve(void **data, size_t *capacity, size_t wanted, size_t size) {
  if (wanted <= *capacity)
    return true;
  size_t n = *capacity < 8 ? 8 : *capacity + *capacity / 2;
  if (n < wanted)
    n = wanted;
  if (n > PTRDIFF_MAX / size)
    return false;
  void *p = realloc(*data, n * size);
  if (!p)
    return false;
  *data = p;
  *capacity = n;
  return true;
}
