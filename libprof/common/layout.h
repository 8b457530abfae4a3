/* The recording: the one thing that the profiled process (the shim) and the command agree on.
 *
 * A recording is a file that the shim maps MAP_SHARED and fills; readers copy it out at any moment,
 * so what was written outlives exit, abort and SIGKILL. It holds offsets into itself, never
 * pointers.
 *
 * Tables are arrays of fixed-size elements in chunks. Chunk k of a table holds `first << k`
 * elements (table_first) and lies at file offset chunk[k]; 0 means not there yet. Element i lives
 * in chunk k = floor(log2(i / first + 1)), see chunk_of(). Chunks never move.
 *
 * Publication: an element is filled and then published with one release store (of the field that
 * each struct names); before that its bytes are zero or garbage, and a reader skips it. Counters
 * are monotone where not said otherwise and may be read while they move.
 *
 * Times are ns since start_monotonic by the coarse clock: good to a few milliseconds, right on
 * average.
 *
 * The file's apparent size is far larger than its contents: it is sparse, and space is populated
 * before it is touched. Everything is little-endian and naturally aligned; a reader must believe
 * none of it. */
#pragma once

#include "common/granule.h"
#include "common/history.h"
#include "common/ledger.h"

#include <stdint.h>

#define RECORDING_MAGIC "memprof\x01"
#define RECORDING_VERSION 12

enum {
  RECORDING_HEADER_SIZE = 16384,
  RECORDING_MAX_CHUNKS = 32,
  RECORDING_MAX_DEPTH = 512, /* frames a stack can hold */
  RECORDING_TEXT_SIZE = 4096,
  RECORDING_PATH_SIZE = 1024,
  RECORDING_RATES = 40, /* rates are 2^k, k below this */
  /* Nanoseconds that recording may take of any process, beyond its share under a budget. */
  RECORDING_GRACE_NS = 2000000,
};

enum recording_table_id {
  TABLE_THREADS, /* struct recording_thread */
  TABLE_MODULES, /* struct recording_module */
  TABLE_STACKS,  /* uint64_t words, see STACK_HEADER */
  TABLE_SITES,   /* struct recording_site */
  TABLE_TAGS,    /* struct recording_tag; others name element i by i + 1 */
  TABLE_OBJECTS, /* struct recording_bucket: chunk k is level k of the table of live objects */
  TABLE_LEAVES,  /* struct recording_leaf: the live objects where everything is recorded */
  /* Without any chunk where histories are not kept: */
  TABLE_RESERVOIRS, /* struct recording_reservoir: of the site of the same index; not counted */
  TABLE_HISTORIES,  /* struct recording_history */
  /* Without any chunk before it is needed: */
  TABLE_WIDE_LEAVES, /* struct recording_wide_leaf: the same for blocks of 256 bytes and more */
  TABLE_COUNT,
};

/* Elements in a table's first chunk. */
static inline uint64_t table_first(enum recording_table_id id) {
  static const uint16_t first[TABLE_COUNT] = {32, 32, 4096, 256, 32, 128, 16, 256, 32, 64};
  return first[id];
}

static inline uint64_t table_element_size(enum recording_table_id id) {
  static const uint16_t size[TABLE_COUNT] = {768, 2048, 8, 128, 128, 256, 776, 32, 256, 264};
  return size[id];
}

/* Which chunk element i is in; its place there goes to *place. */
static inline unsigned chunk_of(enum recording_table_id id, uint64_t i, uint64_t *place) {
  uint64_t first = table_first(id);
  unsigned k = 63 - __builtin_clzll(i / first + 1);
  *place = i - first * ((1ull << k) - 1);
  return k;
}

static inline uint64_t chunk_elements(enum recording_table_id id, unsigned k) {
  return table_first(id) << k;
}

struct recording_table {
  uint64_t count;                       /* elements given out; for objects: levels in use */
  uint64_t chunk[RECORDING_MAX_CHUNKS]; /* file offsets */
};

/* The calls of one thread, counted exactly, sampled or not. Written by that thread alone; a
 * finished thread's counters are added to recording_header.exited and given to a new thread. 768
 * bytes. */
struct recording_thread {
  /* The hot line. An allocation that the ledger cannot pay takes the slow path. */
  union {
    struct ledger ledger;
    struct {
      uint64_t left, frees, granted, recorded, by_size[LEDGER_SIZES]; /* see common/ledger.h */
    };
  };
  uint64_t slow_ticks;  /* spent in the slow path; measured under a budget only */
  uint64_t slow_events; /* times it was taken */
  uint64_t state;       /* address of the shim's struct thread_state; means nothing to a reader */
  uint64_t last;        /* time of the latest slow event */
  uint32_t tid;         /* published last; 0: free */
  uint32_t number;      /* 1 for the first thread to allocate, then counting */
  uint64_t started;     /* time */
  char name[16];
  /* Weighted bytes that the threads that had these counters allocated, less those that they freed;
   * BYTES_SHIFT. Below zero where they free other threads' blocks. The process's live bytes are the
   * sum of all threads' and the header's. */
  int64_t live;
  int64_t live_allowed; /* the shim's own, see shim/count/peak.h */
  /* Its rate for new draws is 2^rate_log since it had asked for rate_bytes. */
  uint64_t rate_bytes;
  uint32_t rate_log;
  uint32_t pad_rate;
  uint64_t pad[16];
};

/* One executable segment of a loaded object. Published by `state`. 2048 bytes. */
struct recording_module {
  uint32_t state; /* 0 unpublished, 1 published */
  uint32_t build_id_size;
  uint64_t start, limit; /* addresses of the executable segment */
  uint64_t offset;       /* of `start` in the file */
  uint64_t unused;
  uint32_t loaded;   /* load generation in which it was first seen */
  uint32_t unloaded; /* the first generation that cannot be its any more; 0 while it is there */
  uint8_t build_id[32];
  char path[RECORDING_PATH_SIZE];
  uint8_t pad[2048 - 80 - RECORDING_PATH_SIZE];
};

/* A stack's header word: depth, flags and the load generation that its addresses belong to. Its
 * frames follow within the same chunk, leaf first: `depth` of them, or fewer, at least one, and a
 * link: the rest is what stands at an earlier word, a frame, and after it. */
#define STACK_HEADER(depth, flags, generation)                                                     \
  ((uint64_t)(depth) | (uint64_t)(flags) << 16 | (uint64_t)(generation) << 32)
#define STACK_DEPTH(word) ((uint32_t)((word)&0xffff))
#define STACK_FLAGS(word) ((uint32_t)((word) >> 16 & 0xffff))
#define STACK_GENERATION(word) ((uint32_t)((word) >> 32))

#define STACK_LINK_BIT (1ull << 62)
#define STACK_LINK(word_index) (STACK_LINK_BIT | (uint32_t)(word_index))
#define STACK_LINKED(word) ((uint32_t)(word))

enum stack_flags {
  STACK_TRUNCATED = 1,  /* deeper than --depth: the rest was cut */
  STACK_INCOMPLETE = 2, /* the unwinder could not go on */
};

/* Frames are return addresses, leaf first; with this bit, the address itself was executing
 * (a signal interrupted it). */
#define FRAME_EXACT_PC (1ull << 63)

/* Fixed-point scales of weighted figures: an allocation sampled with probability p counts
 * 1/p objects and size/p bytes. Bytes overflow at 2^56, objects at 2^48. */
enum { OBJECTS_SHIFT = 16, BYTES_SHIFT = 8, LIFETIME_SHIFT = 10 };

/* A site: (stack, size class, sampling rate, tag, and with --threads the thread). Published by
 * `state`. 128 bytes.
 *
 * Any thread writes its figures, by atomic adds; where `shard` is set only the one thread that has
 * those counters does. Live figures are alloc - freed, less what the SITE_FREES sites of it have
 * freed; a reader copies all freed figures first.
 *
 * The site's figures at the process's peak are
 * - its peak figures, if peak_epoch equals the header's and the process's live bytes are not above
 *   the header's peak_bytes;
 * - else its live figures: it has not changed since the peak, or the peak is now. */
enum recording_site_state {
  SITE_UNPUBLISHED,
  SITE_OWN,
  SITE_INHERITED, /* objects that a forked child got from its parent, which allocated them */
  SITE_FREES, /* frees, by another thread than its own, of the site that `stack` is the index of;
                     peak figures are below zero */
};

struct recording_site {
  uint8_t state;      /* enum recording_site_state */
  uint8_t size_class; /* common/size_class.h: there are 252 */
  uint16_t tag;       /* its innermost tag, 0 for none: see struct recording_tag */
  uint32_t stack;     /* index of its header word in TABLE_STACKS */
  uint64_t rate;      /* mean bytes between samples; 1: exact */
  uint32_t size;   /* of its first allocation, one of many of the class; UINT32_MAX: that or more */
  uint32_t thread; /* recording_thread.number, or 0 */
  /* Freed before allocated: a copy made from front to back meets a free only after its allocation.
   */
  uint64_t freed_objects, freed_bytes;
  uint64_t alloc_objects, alloc_bytes;
  uint64_t freed_samples; /* at a rate above 1 */
  uint64_t peak_objects, peak_bytes;
  uint64_t peak_epoch;
  uint64_t lifetime_sum; /* over freed samples, in ns >> LIFETIME_SHIFT */
  uint64_t lifetime_max;
  uint32_t thread_tid;
  uint32_t shard; /* its thread's index in TABLE_THREADS + 1; 0: any thread's */
  char thread_name[16];
};

/* A tag that the program set (memprof.h), with those that it was set within: a combination is one
 * element, and only its innermost tag is written in it. Published by `state`. A block of a pool has
 * a tag with the key TAG_POOL. 128 bytes. */
struct recording_tag {
  uint32_t state;  /* 0 unpublished, 1 published */
  uint16_t parent; /* the tag around it, 0 for none; an earlier element */
  uint16_t pad;
  char key[24], value[96]; /* NUL-terminated */
};
enum { TAGS_MOST = 16384, TAGS_DEEPEST = 16 };
#define TAG_POOL "pool"

/* Live sampled objects: buckets of seven. An object is published by its address in key[]. A bucket
 * whose `overflowed` is set may have had an object pushed on to its second place or an older level.
 * 256 bytes. */
enum { BUCKET_OBJECTS = 7 };
struct recording_object {
  uint64_t size;
  uint64_t time; /* of its allocation; 0: before the process began (inherited) */
  uint32_t site;
  uint32_t thread; /* recording_thread.number, with OBJECT_IGNORED and OBJECT_FAMILY */
};
#define OBJECT_IGNORED                                                                             \
  (1u << 31) /* allocated under __lsan_disable: no leak, whatever becomes of it */
#define OBJECT_FAMILY_SHIFT 28
#define OBJECT_FAMILY_MASK (7u << OBJECT_FAMILY_SHIFT)
#define OBJECT_FAMILY(thread) ((thread) >> OBJECT_FAMILY_SHIFT & 7)

/* The functions that gave a block out, or take it back: malloc's where no others were seen.
 * FAMILY_NEW and those after it are known only where libmemprof-new.so is loaded. */
enum block_family {
  FAMILY_MALLOC, /* malloc and its like; free, realloc */
  FAMILY_NEW,
  FAMILY_NEW_ARRAY,
  FAMILY_NEW_ALIGNED, /* with a std::align_val_t */
  FAMILY_NEW_ARRAY_ALIGNED,
  FAMILY_REALLOC, /* of a call that frees: it was realloc */
  FAMILY_COUNT,
};
struct recording_bucket {
  uint64_t key[BUCKET_OBJECTS]; /* address of the block, 0 if free, OBJECT_RESERVED in between */
  uint64_t overflowed;
  struct recording_object object[BUCKET_OBJECTS];
  uint64_t pad[3];
};
#define OBJECT_RESERVED 1ull
/* In a key: no block of an allocator's, but one that the program reported; it may lie in such a
 * block, at its very start. Bit 0 is set, too: they have no granules. */
#define OBJECT_POOL (1ull << 55)

enum recording_flags {
  RECORDING_EXACT = 1,   /* --exact: every allocation is recorded */
  RECORDING_BUDGET = 2,  /* the rate follows an overhead budget */
  RECORDING_THREADS = 4, /* sites are kept apart by thread */
  RECORDING_FORKED = 8,  /* a child that inherited its parent's objects */
  /* Other functions than the malloc family that give out blocks, and are recorded: */
  RECORDING_OPERATORS = 16,  /* C++'s, of an allocator that has its own */
  RECORDING_MALLOCX = 32,    /* jemalloc's */
  RECORDING_TC_MALLOC = 64,  /* tcmalloc's */
  RECORDING_MI_MALLOC = 128, /* mimalloc's */
  RECORDING_TOKENS = 512,    /* an allocator's with clang's allocation tokens */
  RECORDING_HISTORIES = 256, /* --advise: histories of objects are kept */
};

/* Why events are missing; each counts events, not bytes. */
enum recording_drop {
  DROP_SPACE,     /* no room in the file system for it: recording stopped growing */
  DROP_REENTRANT, /* allocated in a signal handler that interrupted the shim */
  DROP_LIMIT,     /* a table is at its limit */
  DROP_COUNT,
};

/* Where a thread entered exit(), or where main returned: everything deeper on its stack is dead.
 * Written by that thread at the process's end, published by `tid`. */
struct recording_exit {
  uint64_t sp;        /* the stack pointer before the call */
  uint64_t saved[12]; /* the registers that a call preserves, in no order that matters */
  uint32_t n_saved;   /* 0 where main had returned */
  uint32_t tid;
  uint32_t asked; /* 1: it is where the program asked for a check, and goes on */
  uint32_t pad;
};

/* A call of free or realloc with what is no live block's start. Written once, published by `kind`;
 * calls of the same stack that concern the same allocation add up. 64 bytes. */
enum wrong_free_kind {
  WRONG_FREE_UNPUBLISHED,
  WRONG_FREE_DOUBLE,     /* the block was freed before */
  WRONG_FREE_INTERIOR,   /* the address lies inside a live block */
  WRONG_FREE_STACK,      /* the address is on the calling thread's stack, or just below it */
  WRONG_FREE_GLOBAL,     /* the address is in a module's data */
  WRONG_FREE_MISMATCHED, /* the block is of another family than the call */
  WRONG_FREE_FOREIGN,    /* no block can be at the address */
};
/* A mismatched call whose proof depends on a name: it is one only if the caller of the allocating
 * function, or of the freeing one, is not itself an operator new or delete. And one that came by a
 * jump: it is one only if the module of that caller has no such operator at all. */
enum { BY_NAME_ALLOCATED = 1, BY_NAME_FREED = 2, BY_MODULE_ALLOCATED = 4, BY_MODULE_FREED = 8 };
struct recording_wrong_free {
  uint32_t kind;
  uint32_t stack;        /* of the call: index of its header word in TABLE_STACKS */
  uint32_t site;         /* of the block's allocation, or WRONG_FREE_NONE */
  uint32_t freed_stack;  /* double: of the first free, or WRONG_FREE_NONE where it is not kept */
  uint64_t address;      /* of the first such call */
  uint64_t offset, size; /* of the address in its block, and the block's size; 0 where not known */
  uint64_t time;
  uint32_t thread; /* recording_thread.number */
  uint32_t count;  /* such calls */
  /* Mismatched: enum block_family; BY_NAME_... */
  uint8_t allocated_as, freed_as, by_name;
  uint8_t pad[5];
};
enum { WRONG_FREES = 64 };
#define WRONG_FREE_NONE UINT32_MAX

/* Addresses in the target's memory that a leak check reads beside the recording; 0 for none. */
struct recording_leak_hints {
  uint64_t lists; /* struct leak_lists of common/leak_lists.h */
};

struct recording_header {
  char magic[8]; /* published last */
  uint32_t version, header_size;
  uint32_t pid, parent_pid, generation;
  uint32_t flags;
  uint64_t pinned_rate;     /* --rate in bytes; 0 under a budget */
  uint32_t overhead_ppm;    /* the budget */
  uint32_t depth;           /* --depth */
  uint64_t start_realtime;  /* ns since the epoch */
  uint64_t start_monotonic; /* ns of CLOCK_MONOTONIC */
  uint64_t start_ticks;     /* the tick counter (common/clock.h) at that moment */
  uint64_t last_monotonic;  /* CLOCK_MONOTONIC at a later look; 0 at first */
  uint64_t size;            /* bytes of the file in use */
  uint64_t limit;           /* bytes it may grow to */
  uint64_t pid_namespace;   /* inode of the namespace that pid is of; 0: not known, without /proc */

  /* Written by all threads. */
  _Alignas(64) uint64_t live_bytes; /* of threads that have no share of their own; weighted,
                                       BYTES_SHIFT, may be below zero */
  uint64_t peak_bytes; /* the most that all live bytes came to as far as was looked; they may be
                          above it now */
  uint64_t peak_epoch;
  int64_t live_allowed;       /* the shim's own */
  _Alignas(64) uint64_t rate; /* now, for new draws */
  uint64_t load_generation;
  uint64_t rate_changes;
  _Alignas(64) uint64_t dropped[DROP_COUNT];
  uint64_t truncated_stacks, incomplete_stacks; /* samples, not distinct stacks */
  uint64_t paused_allocs;                       /* not recorded: the program had paused recording */
  struct recording_thread exited;               /* sums over threads whose counters were reused */
  uint64_t threads_started;
  uint64_t cpu_ns;   /* process CPU time at the last look, or at exit */
  uint64_t peak_rss; /* bytes, memprof's own pages included; written at exit, 0 before */
  /* Blocks that lived when peak_bytes was found, by the calls counted; 0: not known, as where
   * everything is to be recorded. */
  uint64_t peak_blocks;
  /* Bytes that were asked for at a rate of 2^k, by threads that have another rate by now or have
   * ended; those of the others are in their own counters. */
  uint64_t at_rate[RECORDING_RATES];

  _Alignas(64) struct recording_table table[TABLE_COUNT];

  char executable[RECORDING_PATH_SIZE];
  char command[RECORDING_TEXT_SIZE]; /* argv, each NUL-terminated */
  uint32_t command_size;
  uint32_t granule_shift; /* log2 of the bytes of a granule */

  struct recording_exit exit;
  struct recording_leak_hints leak_hints;

  uint64_t n_wrong_frees; /* calls, also of those that found no room below */
  struct recording_wrong_free wrong_free[WRONG_FREES];
};

_Static_assert(sizeof(struct recording_thread) == 768, "thread");
_Static_assert(sizeof(struct recording_module) == 2048, "module");
_Static_assert(sizeof(struct recording_site) == 128, "site");
_Static_assert(sizeof(struct recording_tag) == 128, "tag");
_Static_assert(sizeof(struct recording_bucket) == 256, "bucket");
_Static_assert(sizeof(struct recording_leaf) == 776, "leaf");
_Static_assert(sizeof(struct recording_wide_leaf) == 264, "wide leaf");
_Static_assert(sizeof(struct recording_wrong_free) == 64, "wrong free");
_Static_assert(sizeof(struct recording_header) <= RECORDING_HEADER_SIZE, "header");
