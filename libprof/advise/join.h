/* Items that are about one thing become one. Private to the folder. */
#pragma once

#include "base/error.h"
#include "model/advice.h"

/* Joins, among the first `most` items, which are sorted, those of one rule that name one function
 * or are about one buffer: the first of them stays, with the sum of the savings, and its text names
 * the other functions. Ends the texts with what is of the sum: the reserve of a chain, the growth of
 * several sites. Sorts again. */
struct error *join_items(struct advice *advice, size_t most);

/* qsort's order: most share first. */
int advice_item_order(const void *a, const void *b);
