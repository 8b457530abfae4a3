/* The shim's data of each thread.
 *
 * The unsampled path touches the thread's ledger, in its struct recording_thread, and nothing else:
 * see record/thread_ledger.h. Before the thread has one, and again after fork, `none` takes its
 * place with nothing left, so that the first allocation takes the slow path and gets the thread its
 * own. When recording is off, `none` has more left than any program uses.
 *
 * `self` is the thread's counters in the recording, or one of two dummies. `state` is private: the
 * random state, the last walk, the known calls. `busy` is set while the thread is in the slow path
 * of an allocation. A signal handler that allocates then finds it set, counts a dropped event and
 * goes straight on.
 *
 * Thread ends are not hooked: a new thread takes over the counters of one that the kernel says is
 * gone. */
#pragma once

#include "common/layout.h"
#include "shim/count/config.h"
#include "shim/count/rate.h"
#include "shim/count/site.h"
#include "shim/walk/known_call.h"

#include <stdbool.h>
#include <stddef.h>

struct thread_state {
  uint64_t random;
  uint64_t rate;         /* the rate at which `left` was drawn */
  uint32_t granule_bits; /* of the objects that it allocates: GRANULE_THREAD_BITS of its number */
  bool is_main, has_calls;
  uint16_t tags[TAGS_DEEPEST]; /* those around the innermost, the outermost first */
  uint32_t tag_depth;          /* tags set, also beyond TAGS_DEEPEST */
  struct rate_meter meter;     /* of what its slow paths cost */
  struct site_user user;
  struct site_cache sites;
  struct last_walk last_walk;
  struct known_calls calls; /* where everything is recorded */
};

struct thread_tls {
  uint64_t distance; /* from `none` to the ledger, in bytes; comes first */
  struct ledger none;
  struct recording_thread *self;
  struct thread_state *state;
  uintptr_t busy; /* count/busy.h */
};

/* Initial-exec: the shim is loaded at start, so its variables are at a fixed distance from the
 * thread pointer and no access allocates. */
extern __thread struct thread_tls thread_tls
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

/* Shared by threads that have no counters of their own; its counts are always 0. */
extern struct recording_thread thread_without_counters __attribute__((visibility("hidden")));

/* Whether this thread can record, in the recording that its counters are in. False in a child
 * that has not left its parent's recording yet. */
static inline bool thread_is_recorded(void) {
  return __builtin_expect(thread_tls.state && *config_same_process, 1);
}

/* This thread's draws are of another rate from now on: notes how many bytes it allocated at the old
 * one. Call it once the allocation that ended the draw is counted. */
void thread_take_rate(struct thread_state *state, uint64_t rate);

/* Gives this thread counters and its first draw; false if the recording has no room for more. */
bool thread_enter(void);

/* Whether what this thread allocates from now on is marked OBJECT_IGNORED. */
void thread_ignore(bool ignore);

/* This thread records no more. */
void thread_off(void);

/* After fork: this thread must find counters in the new recording. */
void thread_reset(void);
