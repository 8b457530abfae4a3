/* Growth by copies, as the blocks of one site show it, and the reserve that would save it. Private to
 * the folder. */
#pragma once

#include "model/lives.h"

/* A block, and whether a larger one took its place. */
struct step {
  const struct life *life;
  bool given_up;
};

struct growth {
  double grown;  /* objects that were given up */
  double chains; /* objects that were not: a chain of growth ends with each */
  double copied; /* bytes, of those that were given up */
};

struct growth growth_of(const struct step *steps, size_t n);

/* The change if each chain begins with a block of `size` bytes. */
struct reserve {
  double size;
  double bytes, calls, copied; /* less than now */
};

/* The reserve that saves most bytes; all 0 where none saves any. Sorts the steps by size. All blocks
 * of up to `size` bytes go, and each chain gets one of `size` bytes instead:
 *
 *     saved(size) = sum of the sizes of the blocks that go - chains * size
 *
 * Where all chains end at one size, that size saves what was given up. Where they do not, a reserve for
 * the longest chain may waste more in the short ones than it saves in the long ones. Among sizes that
 * save as much it is the largest, which copies least. */
struct reserve growth_best_reserve(struct step *steps, size_t n, const struct growth *growth);
