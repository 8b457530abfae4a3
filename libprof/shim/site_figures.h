/* The figures of a site, as the paths change them that run for every allocation and free. */
#pragma once

#include "shim/atomics.h"
#include "shim/peak.h"
#include "shim/site.h"

/* The site's live figures are those at the peak that began this epoch. */
void site_begin_epoch(struct recording_site *site, uint64_t epoch) __attribute__((cold));

/* Before a change: in a new peak epoch, what the site holds is what it held at the peak. */
static inline void site_save_peak(struct recording_site *site) {
  uint64_t epoch = __atomic_load_n(&recording->peak_epoch, __ATOMIC_RELAXED);
  if (__builtin_expect(site->peak_epoch != epoch, 0))
    site_begin_epoch(site, epoch);
}

/* An allocation, in a site that is the calling thread's own. */
static inline void site_add_own(struct recording_site *site, struct weight weight,
                                const struct site_user *user) {
  site_save_peak(site);
  counter_add_own(&site->alloc_objects, weight.objects);
  counter_add_own(&site->alloc_bytes, weight.bytes);
  peak_grow(user->self, user->live_shared, weight.bytes);
}

/* A free, likewise. */
static inline void site_remove_own(struct recording_site *site, struct weight weight,
                                   uint64_t lifetime, const struct site_user *user) {
  lifetime >>= LIFETIME_SHIFT;
  peak_before_free();
  site_save_peak(site);
  counter_add_own(&site->freed_objects, weight.objects);
  counter_add_own(&site->freed_bytes, weight.bytes);
  counter_add_own(&site->freed_samples, 1);
  counter_add_own(&site->lifetime_sum, lifetime);
  counter_raise(&site->lifetime_max, lifetime);
  peak_shrink(user->self, user->live_shared, weight.bytes);
}

/* site_to_free where this thread freed such an object not long ago; else NULL. */
static inline struct recording_site *site_to_free_again(uint32_t index,
                                                        const struct site_cache *cache) {
  unsigned i = index % SITE_CACHED;
  struct recording_site *at = cache->freed[i].at;
  return __builtin_expect(at && cache->freed[i].index == index, 1) ? at : NULL;
}
