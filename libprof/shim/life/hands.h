/* Copies that threads have in their hands: the last one to let go of those that have ended unmaps
 * them. Private to late_copy.c.
 *
 * All is one word: how many threads have something in their hands, and the page number, of 35 bits,
 * of copies that have ended, or 0. Who takes something after the end does not get those. */
#pragma once

#include "shim/store/leaf_copies.h"
#include "shim/sys/sandbox.h"

enum { HANDS_PAGE_SHIFT = 12, HANDS_BITS = 29 };
#define HANDS_MASK ((1ull << HANDS_BITS) - 1)

/* The copies that have ended and are still mapped, or NULL. */
static inline struct leaf_copies *hands_ended(uint64_t word) {
  return (struct leaf_copies *)(word >> HANDS_BITS << HANDS_PAGE_SHIFT);
}

/* `copies`, which the caller has in its hands, have ended: nobody gets them any more once this is
 * followed by taking them away from where others look. Several may say so at once. */
static inline void hands_end(uint64_t *hands, const struct leaf_copies *copies) {
  uint64_t page = (uint64_t)copies >> HANDS_PAGE_SHIFT << HANDS_BITS;
  __atomic_fetch_or(hands, page, __ATOMIC_SEQ_CST);
}

/* Takes what *from has now; hands_leave follows, though it is NULL. */
static inline struct leaf_copies *hands_take(uint64_t *hands, struct leaf_copies **from) {
  __atomic_fetch_add(hands, 1, __ATOMIC_SEQ_CST);
  return __atomic_load_n(from, __ATOMIC_SEQ_CST);
}

static inline void hands_leave(uint64_t *hands) {
  uint64_t was = __atomic_load_n(hands, __ATOMIC_SEQ_CST), now;
  bool is_last;
  do {
    is_last = (was & HANDS_MASK) == 1 && !sandboxed();
    now = is_last ? 0 : was - 1;
  } while (
      !__atomic_compare_exchange_n(hands, &was, now, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
  if (is_last)
    leaf_copies_unmap(hands_ended(was));
}
