/* The code that fuzz targets share. */
#pragma once

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static inline void must(bool holds) {
  if (!holds)
    abort();
}

/* The bytes as a string of just their size, so that a read past its end is seen; the caller frees
 * it. A NUL among them ends it. */
static inline char *text_of(const uint8_t *bytes, size_t n) {
  char *text = malloc(n + 1);
  must(text);
  if (n)
    memcpy(text, bytes, n);
  text[n] = '\0';
  return text;
}

/* Whether there is an error, which must be of one line. */
static inline bool refused(struct error *err) {
  if (!err)
    return false;
  must(*err->message && !strchr(err->message, '\n'));
  error_destroy(err);
  return true;
}
