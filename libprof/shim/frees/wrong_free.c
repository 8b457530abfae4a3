#include "shim/frees/wrong_free.h"

#include "shim/count/busy.h"
#include "shim/count/caller_stack.h"
#include "shim/count/site.h"
#include "shim/count/thread.h"
#include "shim/store/space.h"
#include "shim/store/wide_shadow.h"
#include "shim/sys/atomics.h"
#include "shim/sys/clock.h"
#include "shim/sys/maps.h"
#include "shim/sys/next.h"
#include "shim/sys/probe.h"
#include "shim/walk/program_frame.h"
#include "shim/walk/stack_bounds.h"

#include <dlfcn.h>
#include <stddef.h>

bool wrong_free_watched, wrong_free_stacks;
static bool blocks_are_known, bypassed;

/* Freed blocks without a granule. Neighbours have neighbouring entries: a program that frees few
 * touches little. */
enum { RECENT = 1 << 14 };
struct recent {
  uint64_t
      key; /* the address's complement: a leak check must not find it here; 0: none; written last */
  uint32_t site;
  uint32_t stack; /* of the free, or WRONG_FREE_NONE */
};
static struct recent recent[RECENT];

/* How often the whole table is looked through, which takes long: a program that frees unknown
 * pointers all the time has its reasons. */
enum { SEARCHES = 16 };
static uint32_t searches;
static uint32_t given; /* entries of recording_header.wrong_free */

void wrong_free_watch(bool stacks) {
  blocks_are_known = next_is_libc();
  wrong_free_stacks = stacks;
  wrong_free_watched = true;
}

void wrong_free_bypassed(void) {
  bypassed = true;
}

void wrong_free_forget(void) {
  wrong_free_watched = wrong_free_stacks = false;
  searches = given = 0;
  for (unsigned i = 0; i < RECENT; i++)
    if (recent[i].key) /* pages that were never touched stay so */
      recent[i].key = 0;
}

static struct recent *recent_of(uintptr_t address) {
  return &recent[(address >> 4 ^ address >> 18) % RECENT];
}

/* The stack of who called into the shim, as words of the recording; WRONG_FREE_NONE where there is
 * no room or a signal handler came in the midst of another walk. */
uint32_t wrong_free_stack(const void *frame) {
  struct thread_state *state = thread_tls.state;
  if (!state || thread_tls.busy)
    return WRONG_FREE_NONE;
  busy_begin();
  uint32_t stack = caller_stack(state, frame);
  busy_end();
  return stack;
}

void wrong_free_remember(const void *p, struct recording_granule *granule, uint32_t site,
                         const void *frame) {
  uint32_t stack = wrong_free_stacks ? wrong_free_stack(frame) : WRONG_FREE_NONE;
  if (granule) {
    granule->time = stack + 1;
    return;
  }
  struct recent *entry = recent_of((uintptr_t)p);
  __atomic_store_n(&entry->key, 0, __ATOMIC_RELAXED);
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
  entry->site = site;
  entry->stack = stack;
  __atomic_store_n(&entry->key, ~(uint64_t)(uintptr_t)p, __ATOMIC_RELEASE);
}

/* `address` in the granule's units. */
static bool find_freed_granule(const struct recording_granule *granule, uintptr_t address,
                               struct recording_wrong_free *call) {
  if (!GRANULE_IS(__atomic_load_n(&granule->packed, __ATOMIC_ACQUIRE), GRANULE_FREED, address))
    return false;
  call->site = granule->site;
  call->freed_stack = granule->time - 1; /* 0: WRONG_FREE_NONE */
  return GRANULE_IS(__atomic_load_n(&granule->packed, __ATOMIC_ACQUIRE), GRANULE_FREED, address);
}

static bool find_freed_in_shadow(struct recording_wrong_free *call) {
  const struct recording_granule *granule = shadow_granule(call->address);
  const struct recording_wide_granule *wide = wide_shadow_at(call->address);
  return (granule && find_freed_granule(granule, call->address, call)) ||
         (wide && find_freed_granule(&wide->granule, call->address >> WIDE_ALIGNMENT_SHIFT, call));
}

static bool find_recent(struct recording_wrong_free *call) {
  const struct recent *entry = recent_of(call->address);
  if (__atomic_load_n(&entry->key, __ATOMIC_ACQUIRE) != ~call->address)
    return false;
  call->site = entry->site;
  call->freed_stack = entry->stack;
  return __atomic_load_n(&entry->key, __ATOMIC_ACQUIRE) == ~call->address;
}

/* Granules are asked first, small before wide: the newer before the older, because a block of the
 * other kind clears those that it has none of. */
static bool find_freed(struct recording_wrong_free *call) {
  if (!find_freed_in_shadow(call) && !find_recent(call))
    return false;
  call->kind = WRONG_FREE_DOUBLE;
  return true;
}

/* An inherited block (time 0) may be gone: other threads of the parent went on between the copy of
 * its live objects and the fork. This process does not know what they allocated in its place. */
static void set_around(struct recording_wrong_free *call, uint64_t start,
                       const struct recording_object *object) {
  if (!object->time)
    return;
  call->kind = WRONG_FREE_INTERIOR;
  call->site = object->site;
  call->offset = call->address - start;
  call->size = object->size;
}

static void look_around(void *context, uint64_t start, const struct recording_object *object) {
  struct recording_wrong_free *call = context;
  if (call->address > start && call->address - start < object->size)
    set_around(call, start, object);
}

static bool find_around(struct recording_wrong_free *call) {
  struct recording_object object;
  uintptr_t start;
  if (shadow_around(call->address, &start, &object) ||
      wide_shadow_around(call->address, &start, &object))
    set_around(call, start, &object);
  else if (__atomic_fetch_add(&searches, 1, __ATOMIC_RELAXED) < SEARCHES)
    object_table_each(look_around, call);
  return call->kind == WRONG_FREE_INTERIOR;
}

/* Between the caller's stack pointer and the end of the stack that the thread was given, or just
 * below: a function that ends by a jump to free has taken down its own frame. Not on a coroutine's:
 * what lies around its pointer may be anything. */
static bool is_on_stack(const void *p, const void *frame) {
  enum { DEAD_FRAME_MOST = 64 << 10 };
  uintptr_t at = (uintptr_t)p, sp = program_frame(frame).sp;
  uintptr_t end = thread_tls.state->is_main ? (uintptr_t)__libc_stack_end
                                            : (uintptr_t)__builtin_thread_pointer();
  struct map map;
  return at < end && at + DEAD_FRAME_MOST >= sp && maps_find(sp, &map, NULL, 0) && at >= map.low &&
         map.high >= end;
}

/* The allocator and the loader have memory for first blocks in their own data. */
static bool is_global(const void *p) {
  struct dl_find_object object;
  return _dl_find_object((void *)p, &object) == 0 && !next_same_object(p, next.free) &&
         !next_same_object(p, _dl_find_object) && !next_same_object(p, wrong_free_check);
}

/* No block of glibc's is at p, not even one that the shim never saw: free would read the word
 * before it, the chunk's size, and refuse. */
static bool is_foreign(const void *p) {
  enum { ALIGNMENT = 16, CHUNK_LEAST = 32, FLAGS = 7 };
  const uint64_t *size = (const uint64_t *)p - 1;
  return (uintptr_t)p % ALIGNMENT || !probe_readable((uintptr_t)size, 2 * sizeof(*size)) ||
         (*size & ~(uint64_t)FLAGS) < CHUNK_LEAST || *size % ALIGNMENT > FLAGS;
}

static bool nothing_dropped(void) {
  for (int i = 0; i < DROP_COUNT; i++)
    if (__atomic_load_n(&recording->dropped[i], __ATOMIC_RELAXED))
      return false;
  return !__atomic_load_n(&recording->paused_allocs, __ATOMIC_RELAXED);
}

bool wrong_free_tables_hold(void) {
  return blocks_are_known && !bypassed && nothing_dropped();
}

static bool find_wrong(const void *p, const void *frame, struct recording_wrong_free *call) {
  if (is_on_stack(p, frame))
    call->kind = WRONG_FREE_STACK;
  else if (is_global(p))
    call->kind = WRONG_FREE_GLOBAL;
  else if (!wrong_free_tables_hold())
    return false;
  else if (find_freed(call) || find_around(call))
    return true;
  else if (is_foreign(p))
    call->kind = WRONG_FREE_FOREIGN;
  return call->kind;
}

static bool wrong_free_is_same(const struct recording_wrong_free *a,
                               const struct recording_wrong_free *b) {
  return a->kind == b->kind && a->allocated_as == b->allocated_as && a->freed_as == b->freed_as &&
         a->stack == b->stack && a->site == b->site && a->freed_stack == b->freed_stack;
}

/* Entries are given out by the count of calls until they are used up; of two threads that are first
 * at the same moment each has an entry, which readers add up. */
static void wrong_free_keep(const struct recording_wrong_free *call) {
  uint32_t n = __atomic_load_n(&given, __ATOMIC_RELAXED);
  counter_add(&recording->n_wrong_frees, 1);
  for (uint32_t i = 0; i < n && i < WRONG_FREES; i++) {
    struct recording_wrong_free *kept = &recording->wrong_free[i];
    if (__atomic_load_n(&kept->kind, __ATOMIC_ACQUIRE) && wrong_free_is_same(kept, call)) {
      __atomic_fetch_add(&kept->count, 1, __ATOMIC_RELAXED);
      return;
    }
  }
  n = __atomic_fetch_add(&given, 1, __ATOMIC_RELAXED);
  if (n >= WRONG_FREES)
    return;
  struct recording_wrong_free *to = &recording->wrong_free[n];
  struct recording_wrong_free filled = *call;
  filled.kind = WRONG_FREE_UNPUBLISHED;
  *to = filled;
  __atomic_store_n(&to->kind, call->kind, __ATOMIC_RELEASE);
}

void wrong_free_tell(struct recording_wrong_free *call, const void *frame) {
  call->time = clock_now();
  call->thread = thread_tls.self->number & ~OBJECT_IGNORED;
  call->count = 1;
  call->stack = wrong_free_stack(frame);
  wrong_free_keep(call);
}

void wrong_free_check(const void *p, const void *frame) {
  if (!thread_is_recorded() || !recording || thread_tls.busy)
    return;
  struct recording_wrong_free call = {
      .site = WRONG_FREE_NONE, .freed_stack = WRONG_FREE_NONE, .address = (uintptr_t)p};
  if (find_wrong(p, frame, &call))
    wrong_free_tell(&call, frame);
}
