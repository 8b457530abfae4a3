/* The pointers that a lost block holds, as a label of a leak profile's sample: written by the leak
 * check, read by its reports. */
#pragma once

#include "base/strbuf.h"
#include "model/leak_kinds.h"

/* A text label, "points_definite": of the largest block, a line a pointer. */
#define LEAK_LABEL_POINTS "points_"

enum { LEAK_POINTS_MAX = 8 }; /* pointers listed of a block */

enum leak_point_class {
  LEAK_POINT_BLOCK, /* to a block, its start or inside */
  LEAK_POINT_FILE,  /* into what is mapped from a file: data or code */
  LEAK_POINT_MORE,  /* no pointer: how many more there are */
};

struct leak_point {
  enum leak_point_class class;
  uint64_t offset, address; /* in the lost block; where it points. MORE: their number in offset */
  /* BLOCK */
  uint64_t start, size;
  enum leak_kind kind;
  int64_t site; /* LEAK_LABEL_SITE of the stack that allocated it */
  /* FILE; parts of the label, without an end of their own */
  const char *symbol, *path;
  size_t symbol_length, path_length; /* symbol: 0 if it has no name */
};

void leak_point_append(struct strbuf *sb, const struct leak_point *point);

/* Reads the next line of a label and moves *at behind it; false at the end, and where the label is
 * not well formed. */
bool leak_point_next(const char **at, struct leak_point *ret);
