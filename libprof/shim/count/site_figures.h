/* The figures of a site, as the paths change them that run for every allocation and free. */
#pragma once

#include "shim/count/peak.h"
#include "shim/count/site.h"
#include "shim/sys/assert.h"
#include "shim/sys/atomics.h"

/* For assertions. A site that has a shard is changed by the one thread whose shard it is, by
 * instructions that need no lock. */
static inline bool site_is_mine(const struct recording_site *site, const struct site_user *user) {
  return site->shard == user->shard;
}

/* Likewise: nothing is freed that was not allocated. A site of frees counts those of another's. */
static inline bool site_adds_up(const struct recording_site *site) {
  return site->state == SITE_FREES || site->freed_objects <= site->alloc_objects;
}

/* The site's live figures are those at the peak that began this epoch. */
void site_begin_epoch(struct recording_site *site, uint64_t epoch) __attribute__((cold));

/* Before a change: in a new peak epoch, what the site holds is what it held at the peak. */
static inline __attribute__((always_inline)) void site_save_peak(struct recording_site *site,
                                                                 bool unshared) {
  uint64_t epoch = __atomic_load_n(&recording->peak_epoch, __ATOMIC_RELAXED);
  /* A plain load can be an operand of the comparison; a site of this thread's own needs no other.
   */
  uint64_t saved =
      unshared ? site->peak_epoch : __atomic_load_n(&site->peak_epoch, __ATOMIC_RELAXED);
  if (__builtin_expect(saved != epoch, 0))
    site_begin_epoch(site, epoch);
}

static inline __attribute__((always_inline)) void site_count(uint64_t *figure, uint64_t n,
                                                             bool unshared) {
  if (unshared)
    counter_add_own(figure, n);
  else
    counter_add(figure, n);
}

/* An allocation by the thread with these counters; `live_shared` as in site_user; `unshared`: the
 * site is the calling thread's alone. */
static inline __attribute__((always_inline)) void
site_count_alloc(struct recording_site *site, struct weight weight, struct recording_thread *self,
                 bool live_shared, bool unshared) {
  site_save_peak(site, unshared);
  site_count(&site->alloc_objects, weight.objects, unshared);
  site_count(&site->alloc_bytes, weight.bytes, unshared);
  peak_grow(self, live_shared, weight.bytes);
}

/* A free, likewise, after `lifetime` ns. */
static inline __attribute__((always_inline)) void
site_count_free(struct recording_site *site, struct weight weight, uint64_t lifetime,
                struct recording_thread *self, bool live_shared, bool unshared) {
  lifetime >>= LIFETIME_SHIFT;
  peak_before_free();
  site_save_peak(site, unshared);
  site_count(&site->freed_objects, weight.objects, unshared);
  site_count(&site->freed_bytes, weight.bytes, unshared);
  if (!unshared) /* else everything is recorded: as many as freed objects */
    counter_add(&site->freed_samples, 1);
  site_count(&site->lifetime_sum, lifetime, unshared);
  counter_raise(&site->lifetime_max, lifetime);
  peak_shrink(self, live_shared, weight.bytes);
}

/* A site of this thread's own where its frees of objects of the site with this index are counted,
 * if it freed such an object not long ago; else NULL. */
static inline struct recording_site *site_to_free_again(uint32_t index,
                                                        const struct site_cache *cache) {
  unsigned i = index % SITE_CACHED;
  struct recording_site *at = cache->freed[i].at;
  return __builtin_expect(at && cache->freed[i].index == index, 1) ? at : NULL;
}
