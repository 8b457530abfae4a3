/* The histories of recorded objects (`run --advise`): what becomes of a uniform choice of each
 * site's objects. docs/SAMPLING.md says what is made of them.
 *
 * Each site has a reservoir of at most HISTORIES_OF_SITE places. Its n-th recorded object gets a
 * place with probability min(1, HISTORIES_OF_SITE / n), and takes over any of them alike (Vitter,
 * "Random sampling with a reservoir", ACM TOMS 11, 1985: algorithm R). A choice at birth does not
 * depend on how long an object lives. Objects that live on are in it as such. */
#pragma once

#include <stdint.h>

enum { HISTORIES_OF_SITE = 64, HISTORY_FRAMES = 18, RESERVOIR_PARTS = 5 };

/* The reservoir of the site of the same index. Element i of the site's histories lies in part 0
 * for i < 4, else in part log2(i) - 1; a part is so many elements of TABLE_HISTORIES that lie
 * together as are needed. 32 bytes. */
struct recording_reservoir {
  uint64_t births;                /* recorded objects of the site */
  uint32_t part[RESERVOIR_PARTS]; /* 1 + the index of its first element; 0: none yet */
  uint32_t pad;
};

/* In which part place i lies, and where there. */
static inline unsigned reservoir_part(uint32_t i, uint32_t *place) {
  unsigned k = i < 4 ? 0 : 30u - (unsigned)__builtin_clz(i);
  *place = k ? i - (2u << k) : i;
  return k;
}
static inline uint32_t reservoir_part_size(unsigned k) {
  return k ? 2u << k : 4;
}

/* How an object's life went on. */
enum history_end {
  HISTORY_LIVES,
  HISTORY_FREED,
  HISTORY_REALLOCATING, /* in a realloc that has not returned */
  HISTORY_GREW_IN_PLACE,
  HISTORY_MOVED, /* by realloc, its contents copied */
  HISTORY_END_COUNT,
};

/* The two lowest bits of a history's state; the others count its changes. */
enum history_state { HISTORY_EMPTY, HISTORY_LIVE, HISTORY_ENDED, HISTORY_BUSY };
#define HISTORY_STATE(word) ((word)&3u)

#define HISTORY_UNKNOWN UINT64_MAX
#define HISTORY_NO_STACK UINT32_MAX
#define HISTORY_NO_FRAME UINT16_MAX
#define HISTORY_MANY UINT32_MAX

/* One object's. A copy that was made from front to back is whole if `state` and `again` are
 * equal and not busy. 256 bytes.
 *
 * `activation` names one activation of one function, the innermost that the object was allocated
 * and freed below, by its frame in both stacks, counted from the outermost, 0. The stack of the free
 * lacks that frame where the function ended in a jump to free. Where a function was left and called
 * again at the same place of the stack meanwhile, it counts as the same. */
struct recording_history {
  uint32_t state;
  uint32_t site;
  uint64_t address, size;
  uint64_t born, lived;            /* time of birth; ns */
  uint64_t born_calls, born_bytes; /* its thread's own counts, this allocation included */
  /* Allocations of that thread meanwhile; HISTORY_UNKNOWN where it ended before the object. */
  uint64_t lived_calls, lived_bytes;
  uint64_t new_size;    /* asked of realloc */
  uint32_t born_thread; /* recording_thread.number */
  uint32_t born_shard;  /* index in TABLE_THREADS + 1 */
  uint32_t freed_thread;
  uint32_t freed_stack; /* index of its header word in TABLE_STACKS, or HISTORY_NO_STACK */
  uint8_t end;          /* enum history_end */
  uint8_t n_frames;
  uint16_t activation; /* HISTORY_NO_FRAME: none within the innermost HISTORY_FRAMES */
  /* Births of the site before it; once it has ended, meanwhile: HISTORY_MANY where some may not have
   * been recorded. */
  uint32_t siblings;
  uint8_t mapped; /* 1: it had a mapping of its own, as far as glibc's malloc says */
  uint8_t pad[3];
  uint32_t again;
  /* The shim's own: the innermost frames of the stack of the allocation. */
  struct {
    uint32_t sp, hash; /* the lower bits of the stack pointer, and of what all outer frames are */
  } frame[HISTORY_FRAMES];
};
_Static_assert(sizeof(struct recording_reservoir) == 32, "reservoir");
_Static_assert(sizeof(struct recording_history) == 256, "history");
