/* Budget files from profiles: --init writes one, --update tightens the limits of one. */
#pragma once

#include "base/vector.h"
#include "budget/budget.h"
#include "budget/sites.h"

/* How much more than was measured a written limit allows: 10% for the whole program, 25% for a
 * site; rounded up to two digits. --init leaves at least the default floor. */
#define INIT_HEADROOM 1.10
#define INIT_SITE_HEADROOM 1.25

/* Writes a budget that the new profile of `sites` keeps, with comments, to a file that must not be
 * there yet. */
struct error *budget_init(const char *path, const struct sites *sites);

struct budget_change {
  int line;
  const char *metric;
  const char *from, *to; /* amounts as written; `to` is owned */
};

struct budget_changes {
  struct budget_change *data;
  size_t count, capacity;
};
void budget_changes_deinit(struct budget_changes *changes);

/* Lowers each `max` of the budget's file to what the new
 * profiles of `sites`, n of them, measure, with the headroom above, where that is less; nothing is
 * ever raised, and all else of the file stays as it is, comments too. */
struct error *budget_update(const struct budget *budget, const struct sites *const *sites, size_t n,
                            struct budget_changes *ret);
