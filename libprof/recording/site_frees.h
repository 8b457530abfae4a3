/* Frees by threads of blocks of other threads' sites, added to those sites. Private to the
 * folder. */
#pragma once

#include "recording/recording.h"

/* Takes the freed figures from the sites as they were read first, and leaves all other figures as
 * they were read later. So no free is seen without its allocation, however long the reading
 * took. */
void site_freed_figures(struct recording *recording, const struct recording_site *earlier,
                        uint64_t n_earlier);

/* Adds the figures of each SITE_FREES site to the site that it belongs to, and makes it
 * unpublished. From then on a site's figures at the peak are its peak figures if its peak_epoch is
 * the header's or later, else its live ones. */
void site_frees_fold(struct recording *recording);
