/* The checks that a schema cannot express: amounts, expressions, combinations of keys. Private to
 * read.c. */
#pragma once

#include "budget/budget.h"

/* Fills in what budget.h says is from budget_prepare. ERROR_BAD_INPUT names file, line and what was
 * expected. */
struct error *budget_prepare(struct budget *budget, const char *path);
