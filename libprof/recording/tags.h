/* The tags of a recording's sites: the program's names for the work that allocated. Private to the
 * folder. */
#pragma once

#include "recording/recording.h"

/* Writes the tags of a site to `ret`, the innermost first, and returns how many. A damaged chain is
 * cut. */
unsigned recording_tags(const struct recording *recording, const struct recording_site *site,
                        const struct recording_tag *ret[TAGS_DEEPEST + 1]);

/* Whether the site is of blocks that the program reported, which are no allocator's. */
bool recording_site_is_pool(const struct recording *recording, const struct recording_site *site);
