/* "Did you mean": the nearest of some names. */
#pragma once

#include <stddef.h>

struct suggestion {
  const char *wrong;
  const char *best; /* NULL: nothing is near enough */
  size_t distance;
};

/* Starts a search for a name near `wrong`; offer it candidates, then read `best`. */
static inline struct suggestion suggestion_init(const char *wrong) {
  return (struct suggestion){.wrong = wrong, .distance = (size_t)-1};
}
void suggestion_offer(struct suggestion *suggestion, const char *name);
