/* The bytes of a symbol cache file: written and checked here, never trusted.
 *
 *   header | items | frames | strings (NUL-terminated, the last byte is NUL)
 *
 * Numbers are in the machine's own order; a file from another kind of machine fails its checks. */
#pragma once

#include "symbol/results.h"

struct cache_facts {
  const char *path;       /* of the binary */
  const char *debug_link; /* "" if it has none */
  uint64_t binary_stamp;  /* of the binary's file */
  uint64_t surroundings;  /* of the places where debug information could turn up */
  bool has_dwarf;
};

/* *ret is malloc'ed. False when memory is exhausted or there is more than the format can hold. */
bool cache_format_write(const struct symbol_results *results, const struct cache_facts *facts,
                        void **ret, size_t *ret_size);

/* Reads n bytes into *results (empty before); the strings of *facts live in its arena. False when
 * anything is wrong with them; *results is then empty. */
bool cache_format_read(const void *bytes, size_t n, struct symbol_results *results,
                       struct cache_facts *facts);
