#include "shim/count/thread.h"

#include "shim/count/config.h"
#include "shim/count/math.h"
#include "shim/count/peak.h"
#include "shim/count/sample.h"
#include "shim/store/space.h"
#include "shim/sys/atomics.h"
#include "shim/sys/clock.h"
#include "shim/sys/sys.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>

struct recording_thread thread_without_counters;
/* Recording is over for who has this: no allocation can use it up. */
#define OFF_LEFT (1ull << 62)
static struct recording_thread thread_off_counters;
/* Its name is in the assembly of record/thread_ledger.h. */
__attribute__((used)) __thread struct thread_tls thread_tls = {.self = &thread_without_counters};

_Static_assert(!offsetof(struct recording_thread, ledger) && !offsetof(struct thread_tls, distance),
               "record/thread_ledger.h");

#define TID_TAKEN UINT32_MAX
enum { CHECKS = 4 }; /* threads looked at for a dead one when a thread starts */
static uint64_t check_next;

/* Adds what was allocated since the thread got its rate to the sum of that rate. */
static void counters_leave_rate(struct recording_thread *counters) {
  uint64_t bytes = ledger_bytes(&counters->ledger);
  if (bytes > counters->rate_bytes)
    counter_add(&recording->at_rate[counters->rate_log], bytes - counters->rate_bytes);
  counters->rate_bytes = bytes;
}

static void counters_set_rate(struct recording_thread *counters, uint64_t rate) {
  counters->rate_log = 63 - (uint32_t)__builtin_clzll(rate);
}

void thread_take_rate(struct thread_state *state, uint64_t rate) {
  state->rate = rate;
  counters_leave_rate(thread_tls.self);
  counters_set_rate(thread_tls.self, rate);
}

/* A finished thread's figures go to the sums of all such threads. */
static void counters_fold(struct recording_thread *counters) {
  struct recording_thread *sum = &recording->exited;
  counters_leave_rate(counters);
  counter_add(&sum->ledger.recorded, counters->ledger.recorded);
  for (unsigned i = 0; i < LEDGER_SIZES; i++)
    if (counters->ledger.by_size[i])
      counter_add(&sum->ledger.by_size[i], counters->ledger.by_size[i]);
  counter_add(&sum->frees, counters->frees);
  counter_add(&sum->granted, ledger_used(&counters->ledger));
  counter_add(&sum->slow_ticks, counters->slow_ticks);
  counter_add(&sum->slow_events, counters->slow_events);
  counters->ledger = (struct ledger){0};
  counters->slow_ticks = counters->slow_events = counters->rate_bytes = 0;
}

/* The first thread stays as long as the process does, if only as a name. */
static bool thread_is_gone(uint32_t tid) {
  return tid != recording->pid && sys(SYS_tgkill, recording->pid, tid, 0) == -ESRCH;
}

static struct recording_thread *counters_take_over(uint64_t *index) {
  uint64_t n = __atomic_load_n(&recording->table[TABLE_THREADS].count, __ATOMIC_RELAXED);
  for (uint64_t i = 0; i < CHECKS && i < n; i++) {
    /* Round and round: a count taken modulo n, which grows as the count does, can stand still. */
    uint64_t at = __atomic_load_n(&check_next, __ATOMIC_RELAXED);
    __atomic_store_n(&check_next, at + 1 < n ? at + 1 : 0, __ATOMIC_RELAXED);
    *index = at < n ? at : 0;
    struct recording_thread *counters = table_at(TABLE_THREADS, *index);
    uint32_t tid = __atomic_load_n(&counters->tid, __ATOMIC_ACQUIRE);
    if (!tid || tid == TID_TAKEN || !thread_is_gone(tid) ||
        !__atomic_compare_exchange_n(&counters->tid, &tid, TID_TAKEN, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_RELAXED))
      continue;
    counters_fold(counters);
    return counters;
  }
  return NULL;
}

/* The counters own the thread's state, too: the pointer means nothing outside this process. */
static struct thread_state *thread_state_of(struct recording_thread *counters) {
  if (!counters->state) {
    long address = sys(SYS_mmap, 0, sizeof(struct thread_state), PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (sys_failed(address))
      return NULL;
    counters->state = (uint64_t)address;
  }
  return (struct thread_state *)counters->state;
}

/* Counters that nobody has, an ended thread's or new ones; their index goes to *index. */
static struct recording_thread *counters_claim(uint64_t *index) {
  struct recording_thread *counters = counters_take_over(index);
  if (counters)
    return counters;
  *index = table_take(TABLE_THREADS, 1);
  return *index == TABLE_FULL ? NULL : table_at(TABLE_THREADS, *index);
}

/* Writes into the counters which thread they are of. */
static void counters_introduce(struct recording_thread *counters) {
  counters->number =
      (uint32_t)counter_sum(&recording->threads_started, 1) & ((1u << OBJECT_FAMILY_SHIFT) - 1);
  counters->started = clock_now();
  sys(SYS_prctl, PR_GET_NAME, counters->name);
}

/* The state, which may have been another thread's. */
static void thread_state_begin(struct thread_state *state, struct recording_thread *counters,
                               uint64_t index, uint32_t tid) {
  state->random = random_seed(config.seed + counters->number);
  state->rate = __atomic_load_n(&recording->rate, __ATOMIC_RELAXED);
  counters_set_rate(counters, state->rate);
  state->is_main = tid == recording->pid;
  state->user = (struct site_user){.self = counters,
                                   .cache = &state->sites,
                                   .shard = (uint32_t)index + 1,
                                   .live_shared = index >= PEAK_THREADS};
  state->tag_depth = 0;
  if (state->has_calls) /* else their pages stay untouched */
    known_calls_clear(&state->calls);
  state->has_calls = false;
  state->last_walk.depth = 0; /* another thread's stack may lie where its last owner's did */
}

/* From here on the thread counts. Where everything is recorded every call takes the slow path,
 * which counts in the counters themselves. */
static void thread_begin_counting(struct thread_state *state, struct recording_thread *counters) {
  thread_tls.state = state;
  thread_tls.self = counters;
  thread_tls.distance =
      config.flags & RECORDING_EXACT ? 0 : (uintptr_t)counters - (uintptr_t)&thread_tls.none;
  thread_ignore(false);
}

bool thread_enter(void) {
  uint64_t index;
  struct recording_thread *counters = counters_claim(&index);
  struct thread_state *state = counters ? thread_state_of(counters) : NULL;
  if (!state)
    return false;
  uint32_t tid = (uint32_t)sys(SYS_gettid);
  counters_introduce(counters);
  thread_state_begin(state, counters, index, tid);
  ledger_begin(&counters->ledger, sample_draw(state->rate, &state->random));
  __atomic_store_n(&counters->tid, tid, __ATOMIC_RELEASE);
  thread_begin_counting(state, counters);
  return true;
}

void thread_ignore(bool ignore) {
  struct recording_thread *self = thread_tls.self;
  self->number = (self->number & ~OBJECT_IGNORED) | (ignore ? OBJECT_IGNORED : 0);
  thread_tls.state->granule_bits = GRANULE_THREAD_BITS(self->number);
}

void thread_off(void) {
  thread_tls.state = NULL;
  thread_tls.self = &thread_off_counters;
  thread_tls.none.left = OFF_LEFT;
  thread_tls.distance = 0;
}

void thread_reset(void) {
  thread_tls = (struct thread_tls){.self = &thread_without_counters};
}
