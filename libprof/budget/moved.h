/* Which stacks of the bases are which of the new profile after code was moved or renamed. Private
 * to sites.c, which says what counts as moved. */
#pragma once

#include "model/align.h"

struct site_presence {
  bool in_base, in_new;
  int64_t base, new; /* what it weighs, for the likeliest of several pairs */
};

static inline void site_presence_note(struct site_presence *presence, int64_t weight, bool is_new) {
  *(is_new ? &presence->in_new : &presence->in_base) = true;
  int64_t *sum = is_new ? &presence->new : &presence->base;
  if (__builtin_add_overflow(*sum, weight, sum))
    *sum = INT64_MAX;
}

struct moved_input {
  const struct aligned_stack *stacks;
  const struct site_presence *presences; /* by stack */
  size_t n_stacks;
  const struct site_presence *names; /* by name */
};

/* (*ret)[i] is the stack that stack i became, UINT32_MAX for one that stayed or went. Each stack is
 * paired once at most. The caller's to free. */
struct error *moved_find(const struct moved_input *input, uint32_t **ret);
