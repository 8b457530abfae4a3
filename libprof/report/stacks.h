/* Samples joined by their stacks of names: what formats without labels can say.
 *
 * Both flame graphs and DHAT want each stack once. The key is made by the caller, as each format
 * tells frames apart by other marks. */
#pragma once

#include "base/error.h"
#include "model/profile.h"

#include <stdio.h>

struct stack {
  const char *key;                     /* root first, frames joined by '\n'; the set's */
  const struct profile_sample *sample; /* the first with this key */
  int64_t *values;                     /* sums, n_sample_types of them */
};

struct stack_set {
  struct stack *stacks; /* in the order of their first samples */
  size_t n_stacks;
  struct arena arena;
};

struct frame;
struct strbuf;

/* Appends what tells the frame apart in the format; it must hold no newline. */
typedef void stack_key_fn(struct strbuf *sb, const struct frame *frame);

/* Release with stack_set_deinit, in any case. */
struct error *stack_set_init(struct stack_set *set, const struct profile *profile,
                             stack_key_fn *key);
void stack_set_deinit(struct stack_set *set);

#define _cleanup_stack_set_ __attribute__((cleanup(stack_set_deinit)))
