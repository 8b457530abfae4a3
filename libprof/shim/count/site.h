/* Sites: the figures of all allocations of one stack, size class, rate and tag (and thread, with
 * --threads). The model of how they are found and counted stands at the top of site.c.
 *
 * Every figure is changed by atomic adds; none waits for another thread. The process's live bytes
 * have a peak. Each time they pass it, a new peak epoch begins. A site saves its live figures the
 * first time it changes in an epoch. So the sites' figures at the peak are known at any time, and
 * nothing is copied at the peak. */
#pragma once

#include "common/layout.h"
#include "shim/count/sample.h"
#include "shim/store/space.h"
#include "shim/walk/stack.h"

/* A site and its index in the recording, by which objects name it. `at` is NULL where there is no
 * room for it. */
struct site {
  struct recording_site *at;
  uint32_t index;
};

enum { SITE_CACHED = 256 };

/* The sites that a thread met last. All zero at first. */
struct site_cache {
  struct {
    uint64_t key;
    struct site site;
  } entry[SITE_CACHED];
  /* By the index of a block's site: the site of its own in which this thread counts its frees of
   * such blocks. */
  struct {
    struct recording_site *at;
    uint32_t index;
  } freed[SITE_CACHED];
};

/* Who allocates or frees. Where everything is recorded, each thread has sites of its own: a counter
 * that two processors change at once costs each of them a hundred times more, and one that is
 * changed by one thread alone needs no locked instruction. Readers add such sites up. */
struct site_user {
  struct recording_thread *self;
  struct site_cache *cache;
  uint32_t shard;   /* index in TABLE_THREADS + 1 */
  uint16_t tag;     /* the innermost */
  bool live_shared; /* see peak.h */
};

/* The site, made if new, for an allocation by `user`. */
struct site site_find(struct last_walk *last, uint64_t size, uint64_t rate,
                      const struct site_user *user);

/* The same where everything is recorded, for a stack of this hash; `at` is NULL if the thread has
 * not met it recently. */
struct site site_find_known(uint64_t hash, uint64_t size, const struct site_user *user);

struct site site_at(uint32_t index);

/* The site that stands for a site of the parent's recording; `stack` is its stack there, `tag` its
 * tag here. */
struct site site_import(const struct recording_site *site, const struct stack *stack, uint16_t tag);

void site_add(struct recording_site *site, struct weight weight, const struct site_user *user);

/* An object of this site is gone after `lifetime` ns. */
void site_remove(struct site site, struct weight weight, uint64_t lifetime,
                 const struct site_user *user);

/* After fork, in the child. */
void site_reset(void);
