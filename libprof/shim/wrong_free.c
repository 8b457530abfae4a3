#include "shim/wrong_free.h"

#include "shim/atomics.h"
#include "shim/clock.h"
#include "shim/next.h"
#include "shim/program_frame.h"
#include "shim/session.h"
#include "shim/site.h"
#include "shim/space.h"
#include "shim/stack_bounds.h"
#include "shim/sys.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>

/* Neighbours have neighbouring entries: a program that uses little memory touches little of the
 * table. */
enum { RECENT = 1 << 16 };
struct recent {
  uint64_t
      key; /* the address's complement: a leak check must not find it here; 0: none; written last */
  uint32_t site;
  uint32_t stack; /* of the free, or WRONG_FREE_NONE */
};

bool wrong_free_watched;
static bool with_stacks, blocks_are_known;
static struct recent *recent;

/* Looking through all live blocks takes long; a program that frees unknown pointers all the time
 * has its reasons. */
enum { SEARCHES = 16 };
static uint32_t searches;

static uint32_t given; /* entries of recording_header.wrong_free */

static struct recent *recent_of(const void *p) {
  return &recent[((uintptr_t)p >> 4 ^ (uintptr_t)p >> 21) % RECENT];
}

static bool same_object(const void *a, const void *b) {
  struct dl_find_object x, y;
  return _dl_find_object((void *)a, &x) == 0 && _dl_find_object((void *)b, &y) == 0 &&
         x.dlfo_map_start == y.dlfo_map_start;
}

void wrong_free_watch(bool stacks) {
  if (!recent) {
    long made = sys(SYS_mmap, 0, RECENT * sizeof(*recent), PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (sys_failed(made))
      return;
    recent = (struct recent *)made;
  }
  blocks_are_known = same_object(next.free, abort);
  with_stacks = stacks;
  wrong_free_watched = true;
}

void wrong_free_forget(void) {
  wrong_free_watched = false;
  searches = given = 0;
  if (recent)
    sys(SYS_madvise, recent, RECENT * sizeof(*recent), MADV_DONTNEED); /* zeroes it */
}

/* The stack of who called into the shim, as words of the recording; WRONG_FREE_NONE where there is
 * no room or a signal handler came in the midst of another walk. */
static uint32_t stack_of(const void *frame) {
  struct thread_own *own = thread_tls.own;
  if (!own || thread_tls.busy)
    return WRONG_FREE_NONE;
  thread_tls.busy = 1;
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
  struct cfi_frame start = program_frame(frame);
  unwind_stack(&start, &own->trace, session_config.depth, own->is_main);
  uint32_t stack = site_stack(&own->trace);
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
  thread_tls.busy = 0;
  return stack;
}

void wrong_free_remember(const void *p, const struct recording_object *object, const void *frame) {
  uint32_t stack = with_stacks ? stack_of(frame) : WRONG_FREE_NONE;
  struct recent *entry = recent_of(p);
  __atomic_store_n(&entry->key, 0, __ATOMIC_RELAXED);
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
  entry->site = object->site;
  entry->stack = stack;
  __atomic_store_n(&entry->key, ~(uint64_t)(uintptr_t)p, __ATOMIC_RELEASE);
}

static bool find_freed(struct recording_wrong_free *call) {
  const struct recent *entry = recent_of((const void *)call->address);
  if (__atomic_load_n(&entry->key, __ATOMIC_ACQUIRE) != ~call->address)
    return false;
  call->kind = WRONG_FREE_DOUBLE;
  call->site = entry->site;
  call->freed_stack = entry->stack;
  return __atomic_load_n(&entry->key, __ATOMIC_ACQUIRE) == ~call->address;
}

static bool find_around_in(const struct recording_bucket *bucket,
                           struct recording_wrong_free *call) {
  for (int i = 0; i < BUCKET_SLOTS; i++) {
    uint64_t start = __atomic_load_n(&bucket->key[i], __ATOMIC_ACQUIRE);
    struct recording_object object = bucket->object[i];
    if (start <= OBJECT_RESERVED || call->address <= start ||
        call->address - start >= object.size ||
        __atomic_load_n(&bucket->key[i], __ATOMIC_ACQUIRE) != start)
      continue;
    call->kind = WRONG_FREE_INTERIOR;
    call->site = object.site;
    call->offset = call->address - start;
    call->size = object.size;
    return true;
  }
  return false;
}

static bool find_around(struct recording_wrong_free *call) {
  if (__atomic_fetch_add(&searches, 1, __ATOMIC_RELAXED) >= SEARCHES)
    return false;
  uint64_t levels = __atomic_load_n(&recording->table[TABLE_OBJECTS].count, __ATOMIC_ACQUIRE);
  for (unsigned level = 0; level < levels; level++) {
    const struct recording_bucket *bucket = (const void *)chunk_address[TABLE_OBJECTS][level];
    for (uint64_t left = chunk_elements(TABLE_OBJECTS, level); left; left--, bucket++)
      if (find_around_in(bucket, call))
        return true;
  }
  return false;
}

/* Between the caller's stack pointer and the end of the stack that the thread was given. Not on a
 * coroutine's: what lies above its pointer may be anything. */
static bool is_on_stack(const void *p, const void *frame) {
  uintptr_t sp = program_frame(frame).sp;
  uintptr_t end =
      thread_tls.own->is_main ? (uintptr_t)__libc_stack_end : (uintptr_t)__builtin_thread_pointer();
  return (uintptr_t)p >= sp && (uintptr_t)p < end && stack_bounds_mapping(sp) >= end;
}

/* The allocator and the loader have memory for first blocks in their own data. */
static bool is_global(const void *p) {
  struct dl_find_object object;
  return _dl_find_object((void *)p, &object) == 0 && !same_object(p, next.free) &&
         !same_object(p, _dl_find_object) && !same_object(p, wrong_free_check);
}

static bool nothing_dropped(void) {
  for (int i = 0; i < DROP_COUNT; i++)
    if (__atomic_load_n(&recording->dropped[i], __ATOMIC_RELAXED))
      return false;
  return true;
}

static bool find_wrong(const void *p, const void *frame, struct recording_wrong_free *call) {
  if (is_on_stack(p, frame))
    call->kind = WRONG_FREE_STACK;
  else if (is_global(p))
    call->kind = WRONG_FREE_GLOBAL;
  else
    return blocks_are_known && nothing_dropped() && (find_freed(call) || find_around(call));
  return true;
}

static bool is_same(const struct recording_wrong_free *a, const struct recording_wrong_free *b) {
  return a->kind == b->kind && a->stack == b->stack && a->site == b->site &&
         a->freed_stack == b->freed_stack;
}

/* Entries are given out by the count of calls until they are used up; of two threads that are first
 * at the same moment each has an entry, which readers add up. */
static void keep(const struct recording_wrong_free *call) {
  uint32_t n = __atomic_load_n(&given, __ATOMIC_RELAXED);
  counter_add(&recording->n_wrong_frees, 1);
  for (uint32_t i = 0; i < n && i < WRONG_FREES; i++) {
    struct recording_wrong_free *kept = &recording->wrong_free[i];
    if (__atomic_load_n(&kept->kind, __ATOMIC_ACQUIRE) && is_same(kept, call)) {
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

void wrong_free_check(const void *p, const void *frame) {
  if (!session_ready() || !recording || thread_tls.busy)
    return;
  struct recording_wrong_free call = {.site = WRONG_FREE_NONE,
                                      .freed_stack = WRONG_FREE_NONE,
                                      .address = (uintptr_t)p,
                                      .time = clock_now(),
                                      .thread = thread_tls.self->number & ~OBJECT_IGNORED,
                                      .count = 1};
  if (!find_wrong(p, frame, &call))
    return;
  call.stack = stack_of(frame);
  keep(&call);
}
