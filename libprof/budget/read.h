/* A budget from its file. */
#pragma once

#include "budget/budget.h"

/* Reads and checks the whole of it. ERROR_BAD_INPUT names file, line and what was expected there.
 * `path` must outlive the result. */
struct error *budget_read(const char *path, struct budget **ret);
/* For what budget_read returned; NULL is fine. */
void budget_destroy(struct budget *budget);

static inline void cleanup_budget(struct budget **budget) {
  budget_destroy(*budget);
}
#define _cleanup_budget_ __attribute__((cleanup(cleanup_budget)))
