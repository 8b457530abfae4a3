/* How much of a profile lies in code without names: in stripped programs and libraries. */
#pragma once

#include "model/profile.h"

enum { NAMELESS_MODULES = 2 };

struct nameless {
  double part; /* of the sample type's sum, 0 to 1 */
  /* The largest, by what lies in their nameless code. */
  struct nameless_module {
    uint32_t mapping; /* index of one that is mapped from the file */
    double part;
  } modules[NAMELESS_MODULES];
  size_t n_modules;
};

/* A sample lies in the code of its innermost frame that is no allocation function and of no
 * container. The profile must not be folded yet (model/fold.h): that hides such code. */
struct error *nameless_find(const struct profile *profile, int type, struct nameless *ret);
