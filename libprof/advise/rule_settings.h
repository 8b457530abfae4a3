/* The rule about the whole program: settings of glibc's malloc. Private to the folder. */
#pragma once

#include "advise/sites.h"
#include "base/strbuf.h"
#include "model/advice.h"

/* From the look at the program's heap (model/heap_look.h): sets all of the item's saving, appends
 * the text and returns the site that the memory was from; NULL where there is no advice. */
const struct advise_site *rule_settings(const struct advise_sites *sites, struct advice_item *item,
                                        struct strbuf *text);
