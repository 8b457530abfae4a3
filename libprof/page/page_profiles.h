/* The profiles of a page: one, or two that are compared, and the figures of theirs that it shows. */
#pragma once

#include "model/profile.h"
#include "model/spread.h"

#include <string.h>

enum { PAGE_MOST_TYPES = 24, PAGE_MOST_SIDES = 2 };

struct page_side {
  const char *name;        /* as the user gave it */
  struct profile *profile; /* folded (model/fold.h); grouped and put back while views are made */
  const char *const *via;  /* from profile_fold, or NULL */
};

struct page_type {
  const char *type, *unit;
  int index[PAGE_MOST_SIDES]; /* of the sample type, by side */
};

static inline bool page_type_is_bytes(const struct page_type *type) {
  return !strcmp(type->unit, "bytes");
}

struct page_profiles {
  struct page_side sides[PAGE_MOST_SIDES]; /* base and new, or the only one */
  size_t n_sides;
  struct page_type types
      [PAGE_MOST_TYPES]; /* all but sums of lifetimes and the weights of histories; of both sides */
  size_t n_types;
  size_t shown; /* the type that is shown first */
};

/* Fills in the types, from those of the last side; `shown` is a sample type of that side.
 * ERROR_BAD_INPUT where the sides have none in common. */
struct error *page_profiles_find_types(struct page_profiles *profiles, int shown);

static inline size_t page_profiles_values(const struct page_profiles *profiles) {
  return profiles->n_sides * profiles->n_types;
}

/* Items are the samples of all sides, one side after the other. */
struct page_item {
  size_t side;
  const struct profile_sample *sample;
};
size_t page_profiles_items(const struct page_profiles *profiles);
static inline struct page_item page_profiles_item(const struct page_profiles *profiles, size_t i) {
  size_t n = profiles->sides[0].profile->n_samples;
  size_t side = i >= n;
  return (struct page_item){side, &profiles->sides[side].profile->samples[side ? i - n : i]};
}
