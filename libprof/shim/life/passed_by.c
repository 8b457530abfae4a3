#include "shim/life/passed_by.h"

#include "shim/frees/wrong_free.h"
#include "shim/life/leak_lists.h"
#include "shim/sys/next.h"

#include <stddef.h>

/* glibc writes a word of its own, random since 2.34, into each block that a thread's cache takes,
 * and 0 when it gives the block out again. A block that was just freed shows it: the cache takes
 * blocks of this size first. Where it is full or turned off, the word stays 0. */
static uint64_t freed_word(void) {
  uint64_t *block = next_is_libc() ? next.malloc(24) : NULL;
  if (!block)
    return 0;
  block[1] = 0;
  next.free(block);
  __asm__ volatile("" : "+r"(block) : : "memory"); /* the compiler knows free */
  return __atomic_load_n(&block[1], __ATOMIC_RELAXED);
}

void passed_by_note(void) {
  wrong_free_bypassed();
  if (__atomic_exchange_n(&leak_lists.passed_by, 1, __ATOMIC_ACQ_REL))
    return;
  __atomic_store_n(&leak_lists.freed_word, freed_word(), __ATOMIC_RELEASE);
}
