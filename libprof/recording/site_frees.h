/* What threads freed of other threads' sites, added to those. Private to record. */
#pragma once

#include "recording/recording.h"

/* From the sites as they were read first, what was freed; from those read later all else: a block's
 * free is so never met without its allocation, however long the reading took. */
void site_freed_figures(struct recording *recording, const struct recording_site *earlier,
                        uint64_t n_earlier);

/* Adds the figures of SITE_FREES sites to those that they are of, and makes them unpublished. From
 * then on a site's peak figures are those at the peak if its peak_epoch is the header's or later,
 * else its live ones. */
void site_frees_fold(struct recording *recording);
