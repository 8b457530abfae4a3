/* The image of a stopped process that a leak check works on: its blocks, and its roots, the places
 * where pointers to blocks may be kept.
 *
 * No root lies in memory that is heap (leak/heap.h), in the recording, in the shim's own data, in
 * the allocator's records, or on the stacks of ended threads. */
#pragma once

#include "leak/blocks.h"
#include "leak/memory.h"
#include "leak/ranges.h"
#include "leak/root_class.h"
#include "leak/stopped.h"
#include "proc/maps.h"

/* Memory whose words may be pointers. */
struct root_range {
  uint64_t start, end;
  enum root_class class;
  pid_t tid;        /* stacks and TLS: whose; else 0 */
  const char *path; /* globals: the module; else "" */
  /* Pointers to the inside of a block count as pointers to its start: the loader aligns what it
   * allocates. */
  bool aligns;
};

/* A word that may be a pointer. */
struct root_word {
  uint64_t value;
  enum root_class class;
  pid_t tid;
  /* Reaches the block but not its contents: the block is a stack in use, which is a root_range from
   * the stack pointer up. */
  bool opaque;
  /* Where its class is no root it is opaque: the block is glibc's own and no leak. */
  bool of_libc;
};

struct image {
  struct memory memory;
  struct maps maps;
  struct blocks blocks;
  struct root_range *ranges;
  size_t n_ranges, ranges_capacity;
  struct root_word *words;
  size_t n_words, words_capacity;
  unsigned missed_threads; /* whose registers could not be read */
  uint64_t devices;        /* bytes of device memory left out */
  uint64_t dropped;        /* allocations that the recording lacks */
  /* Private to those who build it. No root: heap, recording, shim, the allocator's records, and
   * roots that were found already. */
  struct ranges hidden;
};

/* Frees what the image holds. leak/image_read.h fills one. */
void image_deinit(struct image *image);

/* For the files that find roots; false when memory is exhausted. The first adds those parts of the
 * range that are neither hidden nor heap, the second hides the range as well, so that no later
 * finder adds it again. The third adds the range as it is, though it may lie in the heap. */
bool image_add_visible(struct image *image, const struct root_range *range);
bool image_add_range(struct image *image, const struct root_range *range);
bool image_add_whole(struct image *image, const struct root_range *range);
bool image_add_word(struct image *image, const struct root_word *word);
