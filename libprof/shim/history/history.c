#include "shim/history/history.h"

#include "shim/count/busy.h"
#include "shim/count/caller_stack.h"
#include "shim/history/reservoir.h"
#include "shim/history/watched.h"
#include "shim/store/space.h"
#include "shim/sys/atomics.h"
#include "shim/sys/clock.h"
#include "shim/sys/next.h"

#include <stddef.h>

bool history_kept;

/* 1 + the history of the object that this thread is reallocating; 0: none. */
static __thread uint32_t reallocating __attribute__((tls_model("initial-exec")));

void history_keep(void) {
  history_kept = true;
}

void history_forget(void) {
  if (history_kept)
    watched_forget();
  history_kept = false;
}

/* Makes the history the caller's alone; false if another thread has it, or it is in none of the
 * states that `from` has a bit for. */
static bool history_claim(struct recording_history *history, unsigned from) {
  uint32_t word = __atomic_load_n(&history->state, __ATOMIC_RELAXED);
  if (!(from >> HISTORY_STATE(word) & 1) ||
      !__atomic_compare_exchange_n(&history->state, &word, (word | HISTORY_BUSY) + 4, false,
                                   __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
    return false;
  /* A reader that copied `state` before meets this one after the fields that change now. */
  __atomic_store_n(&history->again, 0, __ATOMIC_RELAXED);
  __atomic_thread_fence(__ATOMIC_RELEASE);
  return true;
}

static void history_give(struct recording_history *history, enum history_state state) {
  uint32_t word = (history->state & ~3u) | state;
  history->again = word;
  __atomic_store_n(&history->state, word, __ATOMIC_RELEASE);
}

/* The innermost frames, so that the free's walk can tell which of them are still there. */
static void keep_frames(struct recording_history *history, const struct last_walk *walk) {
  uint32_t n = walk->flags & STACK_TRUNCATED ? 0 : walk->depth;
  history->n_frames = (uint8_t)(n < HISTORY_FRAMES ? n : HISTORY_FRAMES);
  for (uint32_t i = 0; i < history->n_frames; i++) {
    const struct walk_frame *frame = &walk->frame[n - 1 - i];
    history->frame[i].sp = (uint32_t)(frame->sp >> 3);
    history->frame[i].hash = (uint32_t)frame->hash;
  }
}

/* glibc's word before a block says in its second bit that the block is a mapping of its own (malloc.c:
 * IS_MMAPPED). */
static bool is_mapped(const void *p, uint64_t size) {
  enum { MAPPED = 2, LEAST = 1 << 16 };
  return size >= LEAST && next_is_libc() && ((const size_t *)p)[-1] & MAPPED;
}

static void history_fill(struct recording_history *history, const void *p, uint64_t size,
                         uint32_t site, uint64_t now) {
  const struct thread_state *state = thread_tls.state;
  const struct recording_thread *self = thread_tls.self;
  history->site = site;
  history->address = (uintptr_t)p;
  history->size = size;
  history->born = now;
  history->lived = history->new_size = 0;
  history->born_calls = ledger_allocs(&self->ledger) + 1;
  history->born_bytes = ledger_bytes(&self->ledger) + size;
  history->lived_calls = history->lived_bytes = HISTORY_UNKNOWN;
  history->born_thread = self->number;
  history->born_shard = state->user.shard;
  history->freed_thread = 0;
  history->freed_stack = HISTORY_NO_STACK;
  history->end = HISTORY_LIVES;
  history->activation = HISTORY_NO_FRAME;
  history->siblings = reservoir_births(site);
  history->mapped = is_mapped(p, size);
  keep_frames(history, &state->last_walk);
}

void history_born(const void *p, uint64_t size, uint32_t site, uint64_t now) {
  uint32_t index = reservoir_place(site, thread_tls.state->random), of_old;
  if (index == UINT32_MAX)
    return;
  struct recording_history *history = table_at(TABLE_HISTORIES, index);
  uint32_t before = HISTORY_STATE(__atomic_load_n(&history->state, __ATOMIC_RELAXED));
  if (before == HISTORY_BUSY || !history_claim(history, 1u << before))
    return;
  if (before == HISTORY_LIVE)
    watched_take((const void *)history->address, &of_old);
  history_fill(history, p, size, site, now);
  bool watched = watched_add(p, index);
  history_give(history, watched ? HISTORY_LIVE : HISTORY_EMPTY);
}

/* The innermost activation that both walks have: the outermost frames that are the same in both
 * belong to its callers. */
static void find_activation(struct recording_history *history, const struct last_walk *walk,
                            uint32_t born_depth) {
  if (walk->flags & STACK_TRUNCATED)
    return;
  for (uint32_t i = 0; i < history->n_frames; i++) {
    uint32_t at = born_depth - 1 - i; /* counted from the outermost */
    if (at >= walk->depth || history->frame[i].sp != (uint32_t)(walk->frame[at].sp >> 3) ||
        history->frame[i].hash != (uint32_t)walk->frame[at].hash)
      continue;
    history->activation = (uint16_t)(at + 1 < born_depth ? at + 1 : at);
    return;
  }
}

/* Where the object is freed, if the thread can walk now: not in a signal handler that struck in the
 * midst of another walk. */
static void find_free(struct recording_history *history, const void *frame) {
  struct thread_state *state = thread_tls.state;
  if (thread_tls.busy)
    return;
  const uint64_t *header = table_at(TABLE_STACKS, site_at(history->site).at->stack);
  busy_begin();
  history->freed_stack = caller_stack(state, frame);
  history->freed_thread = state->user.self->number;
  if (history->freed_thread == history->born_thread)
    find_activation(history, &state->last_walk, STACK_DEPTH(*header));
  busy_end();
}

/* The counters of its thread; NULL where they are another's by now. */
static const struct recording_thread *thread_of(const struct recording_history *history) {
  const struct recording_thread *thread = table_at(TABLE_THREADS, history->born_shard - 1);
  return thread->number == history->born_thread ? thread : NULL;
}

/* Once its births are not all recorded, because its thread is at a coarser rate, none are counted. */
static uint32_t siblings_of(const struct recording_history *history,
                            const struct recording_thread *born) {
  bool all = site_at(history->site).at->rate <= 1 && born && born->rate_log == 0;
  return all ? reservoir_births(history->site) - history->siblings : HISTORY_MANY;
}

static void find_distance(struct recording_history *history) {
  const struct recording_thread *born = thread_of(history);
  history->siblings = siblings_of(history, born);
  if (!born)
    return;
  history->lived_calls = ledger_allocs(&born->ledger) - history->born_calls;
  history->lived_bytes = ledger_bytes(&born->ledger) - history->born_bytes;
}

void history_ended(const void *p, bool by_realloc, const void *frame) {
  uint32_t index;
  reallocating = 0;
  if (!watched_take(p, &index))
    return;
  struct recording_history *history = table_at(TABLE_HISTORIES, index);
  if (!history_claim(history, 1u << HISTORY_LIVE))
    return;
  if (history->address != (uintptr_t)p) { /* another object's by now */
    history_give(history, HISTORY_LIVE);
    return;
  }
  uint64_t now = clock_now();
  history->lived = now > history->born ? now - history->born : 0;
  find_distance(history);
  find_free(history, frame);
  history->end = by_realloc ? HISTORY_REALLOCATING : HISTORY_FREED;
  history_give(history, HISTORY_ENDED);
  if (by_realloc)
    reallocating = index + 1;
}

void history_reallocated(const void *p, const void *moved, uint64_t size) {
  uint32_t index = reallocating;
  reallocating = 0;
  struct recording_history *history = index ? table_at(TABLE_HISTORIES, index - 1) : NULL;
  if (!history || !history_claim(history, 1u << HISTORY_ENDED))
    return;
  bool mine = history->address == (uintptr_t)p && history->end == HISTORY_REALLOCATING;
  if (mine) {
    history->new_size = size;
    history->end = !size        ? HISTORY_FREED
                   : !moved     ? HISTORY_LIVES
                   : moved == p ? HISTORY_GREW_IN_PLACE
                                : HISTORY_MOVED;
  }
  bool lives = mine && history->end == HISTORY_LIVES && watched_add(p, index - 1);
  if (lives && history->siblings != HISTORY_MANY) /* as history_born had it */
    history->siblings = reservoir_births(history->site) - history->siblings;
  history_give(history, lives ? HISTORY_LIVE : HISTORY_ENDED);
}
