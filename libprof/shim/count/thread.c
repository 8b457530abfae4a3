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

struct recording_thread thread_without_slot;
/* Recording is over for who has this: no allocation can use it up. */
#define OFF_LEFT (1ull << 62)
static struct recording_thread slot_off;
/* Its name is in the assembly of slot.h. */
__attribute__((used)) __thread struct thread_tls thread_tls = {.self = &thread_without_slot};

_Static_assert(offsetof(struct recording_thread, left) == offsetof(struct slot_head, left) &&
                   offsetof(struct recording_thread, allocs) ==
                       offsetof(struct slot_head, allocs) &&
                   offsetof(struct recording_thread, frees) == offsetof(struct slot_head, frees) &&
                   offsetof(struct recording_thread, granted) ==
                       offsetof(struct slot_head, granted) &&
                   !offsetof(struct thread_tls, distance),
               "slot.h");

#define TID_TAKEN UINT32_MAX
enum { CHECKS = 4 }; /* slots looked at for a dead owner when a thread starts */
static uint64_t check_next;

/* The slot's figures go to the sums of finished threads. */
static void fold(struct recording_thread *slot) {
  struct recording_thread *sum = &recording->exited;
  counter_add(&sum->allocs, slot->allocs);
  counter_add(&sum->frees, slot->frees);
  counter_add(&sum->granted, slot->granted - slot->left);
  counter_add(&sum->slow_ticks, slot->slow_ticks);
  counter_add(&sum->slow_events, slot->slow_events);
  slot->allocs = slot->frees = slot->granted = slot->left = slot->slow_ticks = slot->slow_events =
      0;
}

/* The first thread stays as long as the process does, if only as a name. */
static bool is_gone(uint32_t tid) {
  return tid != recording->pid && sys(SYS_tgkill, recording->pid, tid, 0) == -ESRCH;
}

static struct recording_thread *take_over(uint64_t *index) {
  uint64_t n = __atomic_load_n(&recording->table[TABLE_THREADS].count, __ATOMIC_RELAXED);
  for (uint64_t i = 0; i < CHECKS && i < n; i++) {
    /* Round and round: a count taken modulo n, which grows as the count does, can stand still. */
    uint64_t at = __atomic_load_n(&check_next, __ATOMIC_RELAXED);
    __atomic_store_n(&check_next, at + 1 < n ? at + 1 : 0, __ATOMIC_RELAXED);
    *index = at < n ? at : 0;
    struct recording_thread *slot = table_at(TABLE_THREADS, *index);
    uint32_t tid = __atomic_load_n(&slot->tid, __ATOMIC_ACQUIRE);
    if (!tid || tid == TID_TAKEN || !is_gone(tid) ||
        !__atomic_compare_exchange_n(&slot->tid, &tid, TID_TAKEN, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_RELAXED))
      continue;
    fold(slot);
    return slot;
  }
  return NULL;
}

/* A slot owns its private half too: the pointer means nothing outside this process. */
static struct thread_own *own_of(struct recording_thread *slot) {
  if (!slot->own) {
    long address = sys(SYS_mmap, 0, sizeof(struct thread_own), PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (sys_failed(address))
      return NULL;
    slot->own = (uint64_t)address;
  }
  return (struct thread_own *)slot->own;
}

bool thread_enter(void) {
  uint64_t index;
  struct recording_thread *slot = take_over(&index);
  if (!slot) {
    index = table_take(TABLE_THREADS, 1);
    slot = index == TABLE_FULL ? NULL : table_at(TABLE_THREADS, index);
  }
  struct thread_own *own = slot ? own_of(slot) : NULL;
  if (!own)
    return false;
  uint32_t tid = (uint32_t)sys(SYS_gettid);
  slot->number =
      (uint32_t)counter_sum(&recording->threads_started, 1) & ((1u << OBJECT_FAMILY_SHIFT) - 1);
  slot->started = clock_now();
  sys(SYS_prctl, PR_GET_NAME, slot->name);
  own->random = random_seed(config.seed + slot->number);
  own->rate = __atomic_load_n(&recording->rate, __ATOMIC_RELAXED);
  own->is_main = tid == recording->pid;
  own->user = (struct site_user){slot, &own->sites, (uint32_t)index + 1, index >= PEAK_SLOTS};
  own->tag_depth = 0;
  own->user.tag = 0;
  if (own->has_calls) /* else their pages stay untouched */
    known_calls_clear(&own->calls);
  own->has_calls = false;
  own->trace.depth = 0; /* another thread's stack may lie where its last owner's did */
  slot->left = slot->granted = sample_draw(own->rate, &own->random);
  __atomic_store_n(&slot->tid, tid, __ATOMIC_RELEASE);
  thread_tls.own = own;
  thread_tls.self = slot;
  /* Where everything is recorded every call takes the slow path, which counts in the slot itself.
   */
  thread_tls.distance =
      config.flags & RECORDING_EXACT ? 0 : (uintptr_t)slot - (uintptr_t)&thread_tls.none;
  thread_ignore(false);
  return true;
}

void thread_ignore(bool ignore) {
  struct recording_thread *self = thread_tls.self;
  self->number = (self->number & ~OBJECT_IGNORED) | (ignore ? OBJECT_IGNORED : 0);
  thread_tls.own->slot_bits = SLOT_THREAD_BITS(self->number);
}

void thread_off(void) {
  thread_tls.own = NULL;
  thread_tls.self = &slot_off;
  thread_tls.none.left = OFF_LEFT;
  thread_tls.distance = 0;
}

void thread_reset(void) {
  thread_tls = (struct thread_tls){.self = &thread_without_slot};
}
