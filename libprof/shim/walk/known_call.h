/* A thread's most recent calls, each with the stack around it: most allocations are of one of
 * these. A call that is met again costs a look at the places that its stack was read from, and
 * neither a walk nor a search.
 *
 * Only the innermost part of the stack is kept with the call. The rest is taken from the thread's
 * last walk, if that still has the frame where the two meet. */
#pragma once

#include "shim/walk/cfi.h"
#include "shim/walk/last_walk.h"
#include "shim/walk/unwind.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In sets: a function that wraps malloc is called from many places with the stack pointer at the
 * same height. */
enum { KNOWN_SETS = 64, KNOWN_WAYS = 4, KNOWN_CHECKS = 13 };

struct known_check {
  const uint64_t *address;
  uint64_t value;
};

struct known_call {
  struct cfi_frame start; /* the program's frame that called into the shim; pc 0: none */
  bool bp_needed;         /* see struct walk_frame */
  uint8_t n_inner;
  uint16_t tag;
  uint32_t forgotten; /* unwind_forgotten then */
  uint32_t flags;     /* of the walk */
  uint32_t base;      /* the outermost frames that are the last walk's; 0: none */
  uint64_t base_hash; /* of the innermost of these */
  uintptr_t base_sp, base_bp;
  uint64_t hash; /* last_walk_hash of all */
  uint64_t size; /* of the allocation */
  struct recording_site *site;
  uint32_t site_index;
  struct known_check inner[KNOWN_CHECKS + 1]; /* n_inner, innermost first, and one that fails */
};

struct known_calls {
  struct known_call set[KNOWN_SETS][KNOWN_WAYS];
  unsigned victim; /* the way that the next new call takes where all are taken */
};

/* Where calls are that start like this. */
static inline struct known_call *known_call_set(struct known_calls *calls,
                                                const struct cfi_frame *start) {
  struct known_call *set = calls->set[(start->pc ^ start->sp >> 3) * 0x9e3779b97f4a7c15ull >> 58];
  __asm__("" : "+r"(set)); /* in one register from here on, not made anew for each use */
  return set;
}

static inline bool known_call_base_holds(const struct known_call *call,
                                         const struct last_walk *last) {
  const struct walk_frame *base = &last->frame[call->base - 1];
  return call->base <= last->depth && base->hash == call->base_hash && base->sp == call->base_sp &&
         (base->bp == call->base_bp || !base->bp_needed) &&
         walk_checks_hold(&last->checks, base->checks);
}

static inline __attribute__((always_inline)) bool
known_call_inner_holds(const struct known_call *call) {
  const struct known_check *check = call->inner + KNOWN_CHECKS - call->n_inner;
  while (*check->address == check->value)
    check++;
  return check == call->inner + KNOWN_CHECKS;
}

/* Whether the call that starts here is this one, with the same stack around it. */
static inline __attribute__((always_inline)) bool known_call_holds(const struct known_call *call,
                                                                   const struct cfi_frame *start,
                                                                   const struct last_walk *last) {
  return call->start.pc == start->pc && call->start.sp == start->sp &&
         (call->start.bp == start->bp || !call->bp_needed) &&
         call->forgotten == __atomic_load_n(&unwind_forgotten, __ATOMIC_RELAXED) &&
         known_call_inner_holds(call) && (!call->base || known_call_base_holds(call, last));
}

/* The call that starts here, with the same stack around it; NULL if it is not known. */
static inline __attribute__((always_inline)) struct known_call *
known_call_find(struct known_calls *calls, const struct cfi_frame *start,
                const struct last_walk *last) {
  struct known_call *call = known_call_set(calls, start), *end = call + KNOWN_WAYS;
  do
    if (known_call_holds(call, start, last))
      return call;
  while (++call < end);
  return NULL;
}

/* The call whose stack *last now is, without its tag, size and site; NULL if it cannot be kept. */
struct known_call *known_call_keep(struct known_calls *calls, const struct last_walk *last);

/* The thread has ended; another has its place. */
void known_calls_clear(struct known_calls *calls);
