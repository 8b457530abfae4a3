#include "recording/site_frees.h"
#include "recording/totals.h"

void site_freed_figures(struct recording *recording, const struct recording_site *earlier,
                        uint64_t n_earlier) {
  for (uint64_t i = 0; i < recording->n_sites; i++) {
    static const struct recording_site none;
    const struct recording_site *from = i < n_earlier && earlier[i].state ? &earlier[i] : &none;
    struct recording_site *to = &recording->sites[i];
    to->freed_objects = from->freed_objects;
    to->freed_bytes = from->freed_bytes;
    to->freed_samples = from->freed_samples;
    to->lifetime_sum = from->lifetime_sum;
    to->lifetime_max = from->lifetime_max;
  }
}

/* Sets the figures that the site had at the peak. Those of a site of frees are below zero: sums
 * wrap around and are right in the end. */
static void settle_peak(const struct recording *recording, bool peak_is_now,
                        struct recording_site *site) {
  if (!peak_is_now && site->peak_epoch >= recording->header.peak_epoch)
    return;
  site->peak_objects = site->alloc_objects - site->freed_objects;
  site->peak_bytes = site->alloc_bytes - site->freed_bytes;
  site->peak_epoch = recording->header.peak_epoch;
}

static void fold(const struct recording_site *from, struct recording_site *to) {
  to->freed_objects += from->freed_objects;
  to->freed_bytes += from->freed_bytes;
  to->freed_samples += from->freed_samples;
  to->lifetime_sum += from->lifetime_sum;
  to->peak_objects += from->peak_objects;
  to->peak_bytes += from->peak_bytes;
  if (from->lifetime_max > to->lifetime_max)
    to->lifetime_max = from->lifetime_max;
}

/* A file that lies, or a moment between two copies, must not make a figure huge. */
static void bound_peak(struct recording_site *site) {
  if ((int64_t)site->peak_objects < 0)
    site->peak_objects = 0;
  if ((int64_t)site->peak_bytes < 0)
    site->peak_bytes = 0;
}

void site_frees_fold(struct recording *recording) {
  uint64_t n = recording->n_sites;
  bool peak_is_now = recording_live_bytes(recording) > (int64_t)recording->header.peak_bytes;
  bool any = false;
  for (uint64_t i = 0; i < n; i++)
    any |= recording->sites[i].state == SITE_FREES;
  for (uint64_t i = 0; i < n && (any || peak_is_now); i++)
    settle_peak(recording, peak_is_now, &recording->sites[i]);
  for (uint64_t i = 0; i < n; i++) {
    struct recording_site *site = &recording->sites[i];
    if (site->state != SITE_FREES)
      continue;
    if (site->stack < n && recording->sites[site->stack].state != SITE_FREES)
      fold(site, &recording->sites[site->stack]);
    site->state = SITE_UNPUBLISHED;
  }
  for (uint64_t i = 0; i < n && any; i++)
    bound_peak(&recording->sites[i]);
}
