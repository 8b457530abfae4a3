/* The activation of a function that an object was allocated and freed below. Private to the folder.
 *
 * The recording says which frame is the innermost that both stacks have. It cannot see whether the
 * function returned meanwhile and was called again: a buffer that a function keeps in a static
 * variable, and frees the next time it is called, looks the same. Two facts tell them apart. Within
 * one activation code mostly runs forward, so that a true local is freed at a higher address of the
 * function than it was allocated at. And a function that frees what it kept after it has allocated
 * anew has one object more, or a few, born in every life; of a true local none is, except by a loop
 * or a recursion, which makes some that see none. */
#pragma once

#include "advise/sites.h"

struct activation {
  bool known;
  const char *function;
  /* Frames of the stack between the responsible one and it: 0 for the responsible function's own,
   * or that of a function that it calls to allocate. */
  uint32_t above;
  uint32_t from_root; /* how many frames there are around it */
  int order; /* 1: freed further down in the function's code; -1: further up; 0: not known */
};

struct activation activation_of(const struct advise_sites *sites, const struct life *life);

/* The verdict of all lives of a site together. */
enum locality {
  LOCALITY_NONE,     /* some outlived every call near the responsible one, or nothing is known */
  LOCALITY_REPLACED, /* each is freed by a later call of the function, or may be */
  LOCALITY_LOCAL,    /* each is freed before the call ends that it was made below */
};
struct site_locality {
  enum locality kind;
  struct activation outermost; /* of all lives' */
};
struct site_locality site_locality_of(const struct advise_sites *sites,
                                      const struct advise_site *site);
