/* Growing arrays: `VECTOR(T) v = {0}; VECTOR_PUSH(&v, x)`.
 *
 * A vector is {data, count, capacity}; data is owned and freed with VECTOR_DEINIT. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#define VECTOR(type)                                                                               \
  struct {                                                                                         \
    type *data;                                                                                    \
    size_t count, capacity;                                                                        \
  }

/* Appends x; false when memory is exhausted, with the vector unchanged. */
#define VECTOR_PUSH(v, x)                                                                          \
  (vector_reserve((void **)&(v)->data, &(v)->capacity, (v)->count + 1, sizeof(*(v)->data))         \
       ? ((v)->data[(v)->count++] = (x), true)                                                     \
       : false)

/* Makes room for `n` elements in all. */
#define VECTOR_RESERVE(v, n)                                                                       \
  vector_reserve((void **)&(v)->data, &(v)->capacity, (n), sizeof(*(v)->data))

#define VECTOR_DEINIT(v) (free((v)->data), (v)->data = NULL, (v)->count = (v)->capacity = 0)

/* For vector_reserve alone: makes room for `wanted` elements, which are more than *capacity. */
bool vector_grow(void **data, size_t *capacity, size_t wanted, size_t size);

static inline bool vector_reserve(void **data, size_t *capacity, size_t wanted, size_t size) {
  return wanted <= *capacity || vector_grow(data, capacity, wanted, size);
}
