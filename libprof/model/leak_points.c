#include "model/leak_points.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* "block OFFSET ADDRESS START SIZE KIND SITE", "file OFFSET ADDRESS SYMBOL\tPATH", "more N" */
void leak_point_append(struct strbuf *sb, const struct leak_point *point) {
  switch (point->class) {
  case LEAK_POINT_BLOCK:
    strbuf_appendf(sb, "block %" PRIx64 " %" PRIx64 " %" PRIx64 " %" PRIx64 " %d %" PRId64 "\n",
                   point->offset, point->address, point->start, point->size, (int)point->kind,
                   point->site);
    break;
  case LEAK_POINT_FILE:
    strbuf_appendf(sb, "file %" PRIx64 " %" PRIx64 " %.*s\t%.*s\n", point->offset, point->address,
                   (int)point->symbol_length, point->symbol, (int)point->path_length, point->path);
    break;
  case LEAK_POINT_MORE:
    strbuf_appendf(sb, "more %" PRIx64 "\n", point->offset);
  }
}

static bool read_names(const char *text, const char *end, struct leak_point *point) {
  const char *tab = memchr(text, '\t', (size_t)(end - text));
  if (!tab)
    return false;
  point->class = LEAK_POINT_FILE;
  point->symbol = text;
  point->symbol_length = (size_t)(tab - text);
  point->path = tab + 1;
  point->path_length = (size_t)(end - tab - 1);
  return true;
}

static bool read_block(const char *line, struct leak_point *point) {
  int kind;
  if (sscanf(line, "block %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64 " %d %" SCNd64,
             &point->offset, &point->address, &point->start, &point->size, &kind,
             &point->site) != 6 ||
      kind < 0 || kind >= N_LEAK_KINDS)
    return false;
  point->class = LEAK_POINT_BLOCK;
  point->kind = (enum leak_kind)kind;
  return true;
}

bool leak_point_next(const char **at, struct leak_point *ret) {
  struct leak_point point = {0};
  const char *line = *at, *end = strchr(line, '\n');
  int n = 0;
  bool done = false;
  if (!end)
    return false;
  if (sscanf(line, "file %" SCNx64 " %" SCNx64 "%n", &point.offset, &point.address, &n) == 2 &&
      line[n] == ' ')
    done = read_names(line + n + 1, end, &point);
  else if (sscanf(line, "more %" SCNx64, &point.offset) == 1) {
    point.class = LEAK_POINT_MORE;
    done = true;
  } else
    done = read_block(line, &point);
  *at = end + 1;
  *ret = point;
  return done;
}
