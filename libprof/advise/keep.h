/* Items that were found go into the advice. Private to the folder. */
#pragma once

#include "advise/sites.h"
#include "base/strbuf.h"
#include "model/advice.h"

/* Adds the item, which the rule has filled in, with what is known of the site. advice->items has room
 * for it. */
struct error *advice_keep(struct advice *advice, const struct advise_site *site,
                          struct advice_item *item, const struct strbuf *text);

/* Puts the items in their order, joins those that are one, and keeps the first `most`. */
struct error *advice_order(struct advice *advice, size_t most);
