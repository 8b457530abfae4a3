/* The memory of a stopped process, read from outside in big pieces.
 *
 * memory_scan reads a large range once, into one buffer. Single words and small blocks go
 * through a cache of pages, which reads ahead when pages are asked for in order. Nothing larger
 * than the cache is ever held. Pages that cannot be read (beyond a file's end, a device) are passed
 * over and counted, except those that the program cannot read either. */
#pragma once

#include "base/error.h"
#include "leak/ranges.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { MEMORY_PAGE = 4096 };

struct memory {
  pid_t pid;            /* any living thread of the process */
  int pagemap;          /* /proc/PID/pagemap, or -1: which pages were ever touched */
  uint64_t unreadable;  /* pages passed over so far */
  uint64_t scanned;     /* bytes scanned so far */
  struct ranges guards; /* owned; PROT_NONE: no pointer there is of use to the program */
  bool (*stop)(void);   /* asked in the midst of a scan, unless NULL: true ends it for good */
  bool stopped;         /* a scan was ended: what was found is not all */
  /* Private. */
  char *pages;
  uint64_t *tags;     /* the page at each place of the cache, | 1; 0: none */
  uint64_t *buffer;   /* of a scan */
  uint64_t *entries;  /* of the pages that were touched (leak/touched.h) */
  uint64_t last_miss; /* the page that was read last, and how many with it */
  unsigned ahead;
  unsigned scans;
};

struct error *memory_open(pid_t pid, struct memory *ret);
void memory_close(struct memory *memory);

/* Reads n bytes; false if not all of them can be read. Not cached. */
bool memory_read(struct memory *memory, uint64_t address, void *to, size_t n);

/* The word at an address, through the cache; false if it cannot be read. */
bool memory_word(struct memory *memory, uint64_t address, uint64_t *ret);

/* Calls `visit` for each run of pages in [start, end) that were ever touched, cut to that range,
 * while it returns true; false if it did not. A read of an untouched page would have the kernel
 * make page tables for it in the process: ask here before reading at places that may never have
 * been used. */
typedef bool memory_run_fn(void *context, uint64_t start, uint64_t end);
bool memory_each_touched(struct memory *memory, uint64_t start, uint64_t end, memory_run_fn *visit,
                         void *context);

/* n words of memory beginning at `address`, which is a multiple of 8 unless --unaligned asks for
 * all. */
typedef void memory_words_fn(void *context, const uint64_t *words, size_t n, uint64_t address);

/* Gives every readable aligned word of [start, end) to `visit`, in pieces. Small ranges come from
 * the cache. Ranges of pages that were never touched are left out: they are zero. */
void memory_scan(struct memory *memory, uint64_t start, uint64_t end, memory_words_fn *visit,
                 void *context);
