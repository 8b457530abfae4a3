/* memprof check --update: tightens the limits of a budget. */
#pragma once

#include "budget/budget.h"
#include "budget/sites.h"

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

/* Lowers each `max` in the budget's file to the most that the new profiles of `sites` (n of them)
 * measure, with the headroom of budget/init.h, where that is less than the present `max`. Raises
 * none, and leaves everything else in the file as it is, comments included. */
struct error *budget_update(const struct budget *budget, const struct sites *const *sites, size_t n,
                            struct budget_changes *ret);
