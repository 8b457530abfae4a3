/* Blocks that one thread allocates and another frees: a part of the rule threads. Private to the
 * folder. */
#pragma once

#include "advise/rules.h"

/* As a rule_fn does: half of the site's objects must have changed threads. */
bool crossed_blocks(const struct rule_view *view, struct advice_item *item, struct strbuf *text);
