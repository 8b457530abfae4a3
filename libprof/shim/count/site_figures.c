#include "shim/count/site_figures.h"

static uint64_t figure(const uint64_t *at) {
  return __atomic_load_n(at, __ATOMIC_RELAXED);
}

/* Two threads that change a site of samples at the same moment may both save it, one of them with
 * the other's change in it: the site's figures at the peak are then off by that sample. */
void site_begin_epoch(struct recording_site *site, uint64_t epoch) {
  uint64_t objects = figure(&site->alloc_objects) - figure(&site->freed_objects),
           bytes = figure(&site->alloc_bytes) - figure(&site->freed_bytes);
  __atomic_store_n(&site->peak_objects, objects, __ATOMIC_RELAXED);
  __atomic_store_n(&site->peak_bytes, bytes, __ATOMIC_RELAXED);
  __atomic_store_n(&site->peak_epoch, epoch, __ATOMIC_RELEASE);
}
