/* Sites: what is known of all allocations of one stack, size class and rate (and thread, with --threads).
 *
 * Every figure is changed by atomic adds; none waits for another thread. The process's live bytes have a
 * peak; each time they pass it a new peak epoch begins, and a site saves its live figures the first time it changes in
 * an epoch: at any time, the sites' figures at the peak are known without anything having been copied at
 * the peak. */
#pragma once

#include "common/layout.h"
#include "shim/sample.h"
#include "shim/unwind.h"

#define SITE_NONE UINT32_MAX

/* The sites that a thread met last, by key. All zero at first. */
struct site_cache {
  struct {
    uint64_t key;
    uint32_t site;
  } entry[64];
};

/* The site's index, made if new; SITE_NONE if there is no room. `thread` is NULL or the one to keep apart. */
uint32_t site_find(const struct trace *trace, uint64_t size, uint64_t rate, const struct recording_thread *thread,
                   struct site_cache *cache);

/* The site that stands for a site of the parent's recording; `words` is its stack there. */
uint32_t site_import(const struct recording_site *site, const uint64_t *words);

void site_add(uint32_t site, struct weight weight);

/* An object of this site is gone after `lifetime` ticks. */
void site_remove(uint32_t site, struct weight weight, uint64_t lifetime);

/* The rate that the site's objects were sampled at. */
uint64_t site_rate(uint32_t site);

/* After fork, in the child. */
void site_reset(void);
