/* Words that are to be read as they were before somebody changed them, in another process.
 *
 * A writer calls kept_keep before it changes the words: it copies them to `copy` and then says so in
 * *kept. The reader takes the words in place and looks at *kept afterwards: if it is still 0, nobody
 * had begun to change them, and otherwise the copy is right.
 *
 * Nobody waits, and a writer may vanish anywhere. It reads the words into memory of its own first.
 * If *kept is 0 after that, no writer had changed anything by then, so all who get so far write the
 * same copy, however late. `races-interleave` tries all orders.
 *
 * Copies are complements: no word of them looks like an address to a leak check. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { KEPT_WORDS_MOST = 97 };

typedef uint64_t __attribute__((may_alias)) kept_word; /* of whatever they are */

static inline void kept_copy(const kept_word *from, kept_word *to, unsigned n, uint64_t flip) {
  for (unsigned i = 0; i < n; i++)
    __atomic_store_n(&to[i], __atomic_load_n(&from[i], __ATOMIC_RELAXED) ^ flip, __ATOMIC_RELAXED);
}

/* n is at most KEPT_WORDS_MOST. */
static inline void kept_keep(const kept_word *words, kept_word *copy, uint8_t *kept, unsigned n) {
  kept_word now[KEPT_WORDS_MOST];
  if (__atomic_load_n(kept, __ATOMIC_ACQUIRE))
    return;
  kept_copy(words, now, n, ~0ull);
  __atomic_thread_fence(__ATOMIC_ACQUIRE); /* the words were read before the next look */
  if (__atomic_load_n(kept, __ATOMIC_ACQUIRE))
    return;
  kept_copy(now, copy, n, 0);
  __atomic_store_n(kept, 1, __ATOMIC_RELEASE);
  __atomic_thread_fence(__ATOMIC_RELEASE); /* the caller's changes come after it */
}

static inline void kept_read(const kept_word *words, const kept_word *copy, const uint8_t *kept,
                             unsigned n, kept_word *ret) {
  kept_copy(words, ret, n, 0);
  __atomic_thread_fence(__ATOMIC_ACQUIRE);
  if (__atomic_load_n(kept, __ATOMIC_ACQUIRE))
    kept_copy(copy, ret, n, ~0ull);
}
