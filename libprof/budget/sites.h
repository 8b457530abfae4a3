/* The sites of several profiles of one program, bases and a new one, with the same numbers in all.
 *
 * A site is a stack as model/align.h tells them apart. A stack that only the bases have and a stack
 * that only the new profile has count as one site if the code between them was only moved: they are
 * equal from both ends up to a run of frames, and either one of the two lacks that run (frames were
 * put in or taken out), or each has functions there that the other profiles do not know at all
 * (they were renamed). At least half of the frames must be common. */
#pragma once

#include "model/align.h"

struct budget_owner;

#define SITES_NONE UINT32_MAX /* of a sample without any figure */

struct site_profile {
  const struct profile *profile;
  const char *name; /* for messages */
  uint32_t *sites;  /* by sample: its site; owned */
  /* By sample: its owner in the budget, NULL for none; owned. Only after select_owners. */
  const struct budget_owner **owners;
};

struct site {
  const char *const *names; /* leaf first, n_names of them */
  uint32_t n_names;
  bool in_base, in_new;
  bool moved; /* it was another stack in the bases */
};

struct sites {
  struct site_profile *profiles; /* the bases, then the new one; owned */
  size_t n_bases;
  struct site *sites; /* owned */
  size_t n_sites;
  /* Private. */
  struct arena arena;
};

/* The profiles must outlive the result. n_bases may be 0. */
struct error *sites_create(const struct profile *const *bases, const char *const *names,
                           size_t n_bases, const struct profile *new, const char *new_name,
                           struct sites **ret);
void sites_destroy(struct sites *sites);

static inline const struct site_profile *sites_new(const struct sites *sites) {
  return &sites->profiles[sites->n_bases];
}

static inline void cleanup_sites(struct sites **sites) {
  sites_destroy(*sites);
}
#define _cleanup_sites_ __attribute__((cleanup(cleanup_sites)))
