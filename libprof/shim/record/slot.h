/* The counting that every call of the malloc family does, in the thread's slot of the recording.
 *
 * Each instruction here is one of every allocation that the program makes. So on x86-64 they are
 * written out: TLS holds the slot's distance from thread_tls.none, which makes the slot one operand
 * (%fs, the variables' offset, the distance); `sub -1` counts and leaves the borrow that takes
 * size + 1 off what is left. A thread without a slot counts in `none`, of which nothing is left, or
 * when recording is off more than it can use; where everything is recorded, too, as there each call
 * is counted when that is done.
 *
 * A child that was forked by the bare system call counts in its parent's slot until it first comes
 * to the slow path. Should it allocate just while the parent gives back what it took, it can undo
 * that, and the parent's thread is sampled no more: a matter of a nanosecond a sample, which a
 * check of every allocation would be too dear for. */
#pragma once

#include "shim/count/thread.h"
#include "shim/store/space.h"
#include "shim/sys/atomics.h"

#include <stddef.h>

static inline struct slot_head *slot_at(uint64_t distance) {
  return (struct slot_head *)((char *)&thread_tls.none + distance);
}

/* Takes size + 1 from what the thread has left before its next sample, and counts the call; false
 * if that is not enough: then slot_give_back(size, *slot) is next. */
static inline __attribute__((always_inline)) bool slot_take(size_t size, uint64_t *slot) {
#if defined(__x86_64__)
  uint64_t tls;
  bool lacks;
  __asm__ volatile("movq thread_tls@gottpoff(%%rip), %[tls]\n\t"
                   "movq %%fs:(%[tls]), %[slot]\n\t"
                   "subq $-1, %%fs:%c[allocs](%[tls], %[slot])\n\t"
                   "sbbq %[size], %%fs:%c[left](%[tls], %[slot])"
                   : [tls] "=&r"(tls), [slot] "=&r"(*slot), "=@ccb"(lacks)
                   : [size] "r"(size), [left] "i"(offsetof(struct thread_tls, none.left)),
                     [allocs] "i"(offsetof(struct thread_tls, none.allocs))
                   : "memory");
  return __builtin_expect(!lacks, 1);
#else
  struct slot_head *head = slot_at(*slot = thread_tls.distance);
  head->allocs++;
  bool lacks = head->left <= size;
  head->left -= size + 1;
  return __builtin_expect(!lacks, 1);
#endif
}

/* What a signal handler took while the slot seemed to have more than plenty left. */
static inline void slot_overdrawn(struct slot_head *head) {
  head->granted -= head->left;
  head->left = 0;
  if (recording)
    counter_add(&recording->dropped[DROP_REENTRANT], 1);
}

/* Now nothing has changed: what is to be sampled is counted once that is done. The slot is that
 * which was taken from: a signal handler may have got the thread another. Single instructions, as a
 * handler may allocate between any two. */
static inline __attribute__((always_inline)) void slot_give_back(size_t size, uint64_t slot) {
  struct slot_head *head = slot_at(slot);
  bool overdrawn;
#if defined(__x86_64__)
  __asm__ volatile("subq $1, %[allocs]\n\t"
                   "stc\n\t"
                   "adcq %[size], %[left]"
                   : [allocs] "+m"(head->allocs), [left] "+m"(head->left), "=@ccs"(overdrawn)
                   : [size] "r"(size));
#else
  head->allocs--;
  head->left += size + 1;
  overdrawn = (int64_t)head->left < 0;
#endif
  if (__builtin_expect(overdrawn, 0))
    slot_overdrawn(head);
}

static inline __attribute__((always_inline)) void slot_count_free(void) {
#if defined(__x86_64__)
  uint64_t tls, slot;
  __asm__ volatile("movq thread_tls@gottpoff(%%rip), %[tls]\n\t"
                   "movq %%fs:(%[tls]), %[slot]\n\t"
                   "addq $1, %%fs:%c[frees](%[tls], %[slot])"
                   : [tls] "=&r"(tls), [slot] "=&r"(slot)
                   : [frees] "i"(offsetof(struct thread_tls, none.frees))
                   : "memory", "cc");
#else
  slot_at(thread_tls.distance)->frees++;
#endif
}
