/* The live blocks of a process in the order of their addresses, and what the marking finds out
 * about each: 24 bytes a block, and 8 for every page of address space that holds one. */
#pragma once

#include "recording/objects.h"

enum block_state {
  BLOCK_UNREACHED, /* after the marking: definitely lost */
  BLOCK_INDIRECT,  /* lost, but some lost block points to it */
  BLOCK_POSSIBLE,  /* reached only through interior pointers */
  BLOCK_REACHABLE,
  /* Lost blocks only, while the marking looks for those that lead to the others (leak/reach.c). */
  BLOCK_CANDIDATE,
  BLOCK_LEADER,
  BLOCK_LED, /* to be BLOCK_INDIRECT: the leader at hand leads to it */
};

#define BLOCK_NONE UINT32_MAX

struct block {
  uint64_t start;
  uint64_t size : 56;
  uint64_t state : 7;   /* enum block_state */
  uint64_t ignored : 1; /* the program asked for it not to be reported */
  uint32_t site;
  uint32_t via; /* the block that led here; BLOCK_NONE: a root did */
};

struct blocks {
  struct block *data;
  size_t count, capacity;
  uint64_t rejected; /* entries of the recording that could not be true */
  uint64_t end;      /* no block reaches beyond this address */
  bool any_ignored;
  bool any_unreachable; /* set by the marking: some block's state is not BLOCK_REACHABLE */
  /* Private: the spans and their indexes (leak/blocks.c). */
  struct block_span *spans;
  size_t n_spans, largest_span;
  uint32_t *firsts;
};

/* Reads and sorts the live blocks. Two blocks at one address cannot be: one of them is kept. */
struct error *blocks_read(const struct recording *recording, struct blocks *ret);

/* Leaves out those for whose number `keep` returns false. */
typedef bool blocks_keep_fn(void *context, size_t i);
struct error *blocks_keep(struct blocks *blocks, blocks_keep_fn *keep, void *context);

/* For tests: adds one block; blocks_sort when all are there. */
bool blocks_add(struct blocks *blocks, const struct live_object *object);
struct error *blocks_sort(struct blocks *blocks);
void blocks_deinit(struct blocks *blocks);

/* The block with start <= address < start + size. An empty block holds its start. BLOCK_NONE if no
 * block holds the address. */
uint32_t blocks_find(const struct blocks *blocks, uint64_t address);

/* The last block that starts at or below the address, or BLOCK_NONE. */
uint32_t blocks_before(const struct blocks *blocks, uint64_t address);
