#include "shim/life/late_copy.h"

#include "shim/count/config.h"
#include "shim/count/pause.h"
#include "shim/life/hands.h"
#include "shim/sys/sandbox.h"
#include "shim/sys/sys.h"

#include <errno.h>
#include <stddef.h>

/* A copy of 31,250 leaves takes 13 ms, so of fewer than these half of one. */
enum { LEAVES_LEAST = 1024 };
/* How often the child is looked for. */
enum { LOOK_EACH = 256 };

struct leaf_copies *late_copies;

static uint64_t hands;
static bool beginning; /* by a thread */

static void set_bits(void) {
  __atomic_fetch_or(&record_paused, RECORD_KEEPS_LEAVES, __ATOMIC_SEQ_CST);
  __atomic_fetch_or(&config.frees_noted, FREES_KEEP_LEAVES, __ATOMIC_SEQ_CST);
}

static void clear_bits(void) {
  __atomic_fetch_and(&record_paused, ~RECORD_KEEPS_LEAVES, __ATOMIC_SEQ_CST);
  __atomic_fetch_and(&config.frees_noted, (uint8_t)~FREES_KEEP_LEAVES, __ATOMIC_SEQ_CST);
}

static bool readers_become(struct leaf_copies *copies, uint32_t readers) {
  uint32_t one = READER_ONE;
  return __atomic_compare_exchange_n(&copies->readers, &one, readers, false, __ATOMIC_SEQ_CST,
                                     __ATOMIC_SEQ_CST);
}

/* By those who have them in their hands; several may do so at once. The next copies begin when all
 * have left: their bits are safe. */
static void copies_end(struct leaf_copies *copies) {
  hands_end(&hands, copies);
  __atomic_store_n(&late_copies, NULL, __ATOMIC_SEQ_CST);
  clear_bits();
}

/* A child that hands the copies on takes its pid away before. */
static bool child_is_gone(const struct leaf_copies *copies) {
  uint32_t child = __atomic_load_n(&copies->child, __ATOMIC_SEQ_CST);
  return child && !sandboxed() && sys(SYS_kill, child, 0) == -ESRCH &&
         __atomic_load_n(&copies->child, __ATOMIC_SEQ_CST);
}

static bool nobody_reads(struct leaf_copies *copies) {
  return (__atomic_load_n(&copies->is_read, __ATOMIC_ACQUIRE) || child_is_gone(copies)) &&
         readers_become(copies, READERS_NONE);
}

/* Whether they are as good for another child. */
static bool share(struct leaf_copies *copies) {
  return (readers_become(copies, READERS_MORE) ||
          __atomic_load_n(&copies->readers, __ATOMIC_SEQ_CST) == READERS_MORE) &&
         !__atomic_load_n(&copies->is_touched, __ATOMIC_SEQ_CST);
}

/* Those of an earlier fork end here, unless they are shared or another thread is in the midst of
 * keeping a leaf. */
static bool take_over(struct leaf_copies *copies) {
  if (!nobody_reads(copies)) {
    if (share(copies))
      return true;
    while (leaf_copies_sweep(copies))
      ;
    if (!leaf_copies_complete(copies))
      return false;
  }
  copies_end(copies);
  return false;
}

/* By one thread at a time. None that ends earlier copies is on its way: they would be in its hands,
 * and their page still there. */
static struct leaf_copies *begin_alone(void) {
  if (__atomic_load_n(&late_copies, __ATOMIC_SEQ_CST) ||
      hands_ended(__atomic_load_n(&hands, __ATOMIC_SEQ_CST)))
    return NULL;
  struct leaf_copies *made = leaf_copies_make();
  if (!made)
    return NULL;
  hands_take(&hands, &late_copies);
  __atomic_store_n(&late_copies, made, __ATOMIC_SEQ_CST);
  set_bits();
  if (__atomic_load_n(&late_copies, __ATOMIC_SEQ_CST) != made)
    clear_bits(); /* they have ended meanwhile */
  return made;
}

static struct leaf_copies *begin_anew(void) {
  if (__atomic_exchange_n(&beginning, true, __ATOMIC_SEQ_CST))
    return NULL; /* another thread forks, or a handler that came here */
  struct leaf_copies *made = begin_alone();
  __atomic_store_n(&beginning, false, __ATOMIC_SEQ_CST);
  return made;
}

struct leaf_copies *late_copy_begin(void) {
  if (leaf_copies_wanted() < LEAVES_LEAST)
    return NULL;
  struct leaf_copies *now = hands_take(&hands, &late_copies);
  if (now && take_over(now))
    return now;
  hands_leave(&hands);
  return begin_anew();
}

void late_copy_forked(void) {
  hands_leave(&hands);
}

void late_copy_keep(const void *p) {
  struct leaf_copies *copies = hands_take(&hands, &late_copies);
  if (copies) {
    bool looks = __atomic_load_n(&copies->next, __ATOMIC_RELAXED) % LOOK_EACH == 0;
    leaf_copies_keep(copies, p);
    leaf_copies_sweep(copies);
    if (leaf_copies_complete(copies) || (looks && nobody_reads(copies)))
      copies_end(copies);
  }
  hands_leave(&hands);
}

void late_copy_arrive(struct leaf_copies *mine) {
  struct leaf_copies *ended = hands_ended(hands);
  if (late_copies != mine && late_copies != ended)
    leaf_copies_unmap(late_copies);
  if (ended != mine)
    leaf_copies_unmap(ended);
  late_copies = NULL;
  hands = 0;
  beginning = false;
  clear_bits();
  /* In another pid namespace the parent's pid is 0, and our own means nothing to the parent. */
  if (mine && (uint32_t)sys(SYS_getppid) == mine->parent)
    __atomic_store_n(&mine->child, (uint32_t)sys(SYS_getpid), __ATOMIC_SEQ_CST);
}

void late_copy_pass_on(struct leaf_copies *mine) {
  if (!mine)
    return;
  readers_become(mine, READERS_MORE);
  __atomic_store_n(&mine->child, 0, __ATOMIC_SEQ_CST);
}

bool late_copy_is_whole(const struct leaf_copies *mine) {
  return __atomic_load_n(&mine->readers, __ATOMIC_SEQ_CST) != READERS_NONE ||
         leaf_copies_complete(mine);
}

void late_copy_done(struct leaf_copies *mine) {
  __atomic_store_n(&mine->is_read, 1, __ATOMIC_RELEASE);
  leaf_copies_unmap(mine);
}
