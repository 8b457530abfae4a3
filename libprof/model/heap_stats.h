/* A process's heap at a moment: the figures of `memprof stats` and `memprof ps`, without their
 * source. recording fills them in, report shows them.
 *
 * Calls and requested bytes are exact whether or not stacks are sampled, except for what a running
 * thread is doing at that moment. Live and peak figures and those of size classes are exact if
 * `exact`, else estimates; the calls of classes add up to the known ones from each power of two to
 * the next. */
#pragma once

#include "model/spread.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Blocks that were asked for with `least` to `most` bytes. */
struct heap_class {
  uint64_t least, most;
  uint64_t allocs, alloc_bytes, live, live_bytes;
};

/* A thread that has allocated and has not ended. */
struct heap_thread {
  uint32_t tid;
  char name[16]; /* NUL-terminated */
  uint64_t allocs, frees, bytes;
  uint64_t started; /* ns after the recording began: its first allocation */
};

/* Where resident memory is: total = heap + stacks + modules + mappings + recording and mappings =
 * anonymous + files + shared, all measured, in bytes; heap = live + rounding + held - untouched, of
 * which live is the recording's. */
struct heap_resident {
  bool known;            /* false: the kernel did not let us look; all else is 0 then */
  const char *allocator; /* "glibc", "jemalloc", ... */
  uint64_t total, heap, stacks, modules, mappings, recording;
  uint64_t anonymous; /* private memory that holds no recorded block: the program's own mappings */
  uint64_t files, shared;
  uint64_t live;
  uint64_t rounding;  /* what the allocator adds to each block; estimated from sizes */
  uint64_t held;      /* free, but not given back to the system; what remains of heap */
  uint64_t untouched; /* live but never written to, so not resident; where live exceeds heap */
};

/* Live blocks that are younger than `below_ns` and not than the one before. */
struct heap_age {
  uint64_t below_ns; /* UINT64_MAX: any age */
  uint64_t live, live_bytes;
};
enum { HEAP_AGES = 7 };

/* How old the live heap is, from the recorded blocks; estimates unless exact. */
struct heap_ages {
  bool known;
  struct heap_age classes[HEAP_AGES];
  struct heap_age inherited; /* got from the parent at the fork: older than all */
  uint64_t mean_ns;          /* weighted by bytes, without what was inherited */
  uint64_t oldest_ns;
};

/* Changes since an earlier look, `interval_ns` before. */
struct heap_rates {
  uint64_t interval_ns;        /* 0: no earlier look */
  double allocs, frees, bytes; /* a second */
  double freed_bytes;          /* a second; from live bytes, so an estimate unless exact */
};

struct heap_stats {
  pid_t pid;
  char *command; /* as a shell would take it; untrusted */
  char *program; /* what it was called with, without its folder; untrusted */
  uint64_t age_ns;
  bool exact;
  uint64_t rate;       /* mean bytes between samples, now */
  uint64_t samples;    /* allocations that were recorded; estimated unless the recording is exact */
  bool overhead_known; /* only where recording keeps to a budget is its time measured */
  double overhead;     /* part of the process's CPU time that recording took, beyond its grace */
  uint64_t cpu_ns;
  uint64_t dropped; /* events that could not be recorded */
  uint64_t allocs, frees, bytes, n_threads;
  uint64_t load_generation, n_modules; /* one changes when libraries come or go */
  uint64_t live_objects; /* allocs - frees, and what a forked process got from its parent */
  uint64_t live_bytes, peak_bytes;
  struct spread live_spread, peak_spread; /* how sure they are */
  struct calibrations *calibration;       /* that they refer to; owned; NULL: not calibrated */
  struct heap_rates rates;
  struct heap_class *classes; /* by size, empty ones left out; owned */
  size_t n_classes;
  struct heap_thread *threads; /* owned; the rest of n_threads have ended, with all their calls */
  size_t n_heap_threads;
  struct heap_resident resident;
  struct heap_ages ages;
};
