/* The live view's graph: one column a second, the newest at the right, from 0 to the largest. */
#pragma once

#include "base/strbuf.h"

#include <stddef.h>
#include <stdint.h>

/* Draws the last of `values` (newest last) on `rows` rows from row `at` on; with eighths of blocks
 * where the terminal has them. */
void live_graph_draw(const uint64_t *values, size_t n, int at, int rows);

/* Appends a cell for each value, as high as its part of the largest. */
void live_graph_append_line(struct strbuf *sb, const uint64_t *values, size_t n);
