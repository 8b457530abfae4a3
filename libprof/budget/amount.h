/* Amounts as people write them into a budget. Private to init.c and update.c. */
#pragma once

#include "base/strbuf.h"
#include "budget/budget.h"

/* Appends an amount of at least `value` with few digits: "4.8 MiB", "25000", "1.5 ms".
 * budget_parse_amount reads it back as no less. */
void amount_append(struct strbuf *sb, double value, enum budget_kind kind);
