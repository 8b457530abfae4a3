#include "pprof/scratch.h"

#include "base/work.h"

#include <stdint.h>
#include <stdlib.h>

enum { BLOCK = 64 << 10, ALIGNMENT = 16 };

struct scratch_block {
  _Alignas(ALIGNMENT) struct scratch_block *older;
  size_t size;
  char data[];
};

static struct scratch_block *add_block(struct scratch *scratch, size_t size) {
  struct scratch_block *block;
  size = size > BLOCK ? size : BLOCK;
  if (size > work_most(WORK_MESSAGE, 0) - scratch->total) {
    scratch->refused = scratch->total + size;
    return NULL;
  }
  block = malloc(sizeof(*block) + size);
  if (!block)
    return NULL;
  block->older = scratch->blocks;
  block->size = size;
  scratch->blocks = block;
  scratch->total += size;
  scratch->used = 0;
  return block;
}

static void *scratch_alloc(void *data, size_t size) {
  struct scratch *scratch = data;
  struct scratch_block *block = scratch->blocks;
  if (size > SIZE_MAX / 2)
    return NULL;
  size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
  if ((!block || size > block->size - scratch->used) && !(block = add_block(scratch, size)))
    return NULL;
  void *p = block->data + scratch->used;
  scratch->used += size;
  return p;
}

/* All goes at once, in scratch_reset. */
static void scratch_free(void *data, void *p) {
  (void)data;
  (void)p;
}

void scratch_init(struct scratch *scratch) {
  *scratch = (struct scratch){
      .allocator = {.alloc = scratch_alloc, .free = scratch_free, .allocator_data = scratch}};
}

static void drop_blocks(struct scratch *scratch, struct scratch_block *last) {
  while (scratch->blocks != last) {
    struct scratch_block *block = scratch->blocks;
    scratch->blocks = block->older;
    scratch->total -= block->size;
    free(block);
  }
}

void scratch_reset(struct scratch *scratch) {
  struct scratch_block *oldest = scratch->blocks;
  while (oldest && oldest->older)
    oldest = oldest->older;
  drop_blocks(scratch, oldest);
  scratch->used = scratch->refused = 0;
}

void scratch_deinit(struct scratch *scratch) {
  drop_blocks(scratch, NULL);
}
