#include "cli/live/graph.h"

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "cli/live/screen.h"
#include "model/unit.h"

enum { AXIS = 11, EIGHTHS = 8 };

/* The text of a cell by how many eighths of it are filled. */
static const char *block(uint64_t eighths) {
  static const char *const blocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  static const char *const plain[] = {" ", ".", ".", ":", ":", ":", "#", "#", "#"};
  return (screen_is_utf8() ? blocks : plain)[eighths < EIGHTHS ? eighths : EIGHTHS];
}

static void draw_axis(uint64_t value, int row) {
  _cleanup_strbuf_ struct strbuf figure = STRBUF_INIT, cell = STRBUF_INIT;
  unit_format(&figure, (double)value, "bytes", NULL);
  if (strbuf_failed(&figure))
    return;
  strbuf_appendf(&cell, "%*s", AXIS - 1, figure.data);
  if (!strbuf_failed(&cell))
    screen_print(row, 0, SCREEN_DIM, cell.data);
}

static uint64_t largest(const uint64_t *values, size_t n) {
  uint64_t most = 1;
  for (size_t i = 0; i < n; i++)
    if (values[i] > most)
      most = values[i];
  return most;
}

void live_graph_draw(const uint64_t *values, size_t n, int at, int rows) {
  int columns = screen_columns() - AXIS;
  if (rows < 2 || columns < 1 || !n)
    return;
  size_t shown = n < (size_t)columns ? n : (size_t)columns;
  uint64_t most = largest(values + n - shown, shown);
  draw_axis(most, at);
  draw_axis(0, at + rows - 1);
  for (int row = 0; row < rows; row++) {
    _cleanup_strbuf_ struct strbuf line = STRBUF_INIT;
    uint64_t below = (uint64_t)(rows - 1 - row) * EIGHTHS;
    for (size_t i = n - shown; i < n; i++) {
      /* A value above 0 fills at least one eighth. */
      uint64_t height =
          (uint64_t)((double)values[i] / (double)most * rows * EIGHTHS + (values[i] ? 0.999 : 0));
      strbuf_append(&line, block(height > below ? height - below : 0));
    }
    if (!strbuf_failed(&line))
      screen_print(at + row, screen_columns() - (int)shown, SCREEN_PLAIN, line.data);
  }
}

void live_graph_append_line(struct strbuf *sb, const uint64_t *values, size_t n) {
  uint64_t most = largest(values, n);
  for (size_t i = 0; i < n; i++)
    strbuf_append(sb, block((uint64_t)((double)values[i] / (double)most * EIGHTHS +
                                       (values[i] ? 0.999 : 0))));
}
