/* Properties of a site that several rules ask for. Private to the folder. */
#pragma once

#include "advise/sites.h"

/* Parts are of the objects that the lives stand for, 0 to 1. */
struct traits {
  double ended, freed, realloc; /* that ended; by free; by realloc */
  double mapped;                /* had a mapping of their own */
  double crossed;               /* of the ended ones with known threads: another thread's free */
  double smallest, largest;     /* bytes */
  double commonest;             /* the size that most have */
  double of_commonest;          /* the part that has it */
  double nine_tenths;           /* nine in ten are no larger */
  /* The objects of the site that live at once, as one of them sees it: 1 and those that are born in
   * its life, of nine in ten lives. LIFE_UNKNOWN where neither is known. */
  double at_once;
  double lived, lived_calls; /* mean of the ended: ns; allocations of the thread */
  double most_calls;         /* nine in ten of the ended saw no more; LIFE_UNKNOWN */
  size_t n_sizes;            /* different ones, of at least 1% of the objects each */
};

struct traits traits_of(const struct advise_sites *all, const struct advise_site *site);

/* The size that a part of the site's objects does not exceed. */
double traits_quantile(const struct advise_site *site, double part);
