/* The pointers that a lost block holds: to other blocks, to variables and to functions. They often
 * say whose it was. */
#pragma once

#include "leak/groups.h"
#include "leak/image.h"
#include "symbol/address_names.h"

struct points_context {
  struct image *image;
  const struct leak_groups *groups;
  struct address_names *names;
  bool uncertain; /* as in leak/groups.h */
};

/* The label of model/leak_points.h for a block of a marked image; "" if it holds no pointer. The
 * caller frees it; NULL without memory. */
char *points_describe(const struct points_context *context, uint32_t block);
