/* The definition of the rule reuse, for the figure reusable_space as well. Private to the folder. */
#pragma once

#include "advise/rules.h"

/* Whether a buffer that is kept, or a few, would serve the site's objects, as the rule reuse has it.
 */
struct reuse {
  bool applies;
  double size;   /* bytes of a buffer: it serves objects of up to as many */
  double served; /* the part of the objects */
  double part;   /* of the bytes that the lives stand for: those of the served objects */
  double kept;   /* bytes of all buffers */
};
struct reuse reuse_of(const struct rule_view *view);
