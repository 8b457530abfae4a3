#include "shim/walk/stack.h"

#include "common/layout.h"
#include "shim/store/index.h"
#include "shim/store/space.h"

#include <stddef.h>

static struct index stacks;

void stack_reset(void) {
  index_reset(&stacks);
}

struct stack stack_of_walk(struct last_walk *last) {
  return (struct stack){last_walk_hash(last), last->depth, last->flags, last, NULL};
}

struct stack stack_of_frames(const uint64_t *frames, uint32_t depth, uint32_t flags) {
  return (struct stack){walk_hash_of(frames, depth, flags), depth, flags, NULL, frames};
}

uint32_t stack_generation(void) {
  return (uint32_t)__atomic_load_n(&recording->load_generation, __ATOMIC_RELAXED);
}

/* The innermost so many frames are to be written; the others are stored already. The innermost is
 * always written, so that the word after a header is a frame. */
static uint32_t count_unstored(const struct last_walk *last) {
  uint32_t n = last->depth ? 1 : 0;
  while (n < last->depth && !last->frame[last->depth - 1 - n].stored)
    n++;
  return n;
}

static void write_walk(struct last_walk *last, uint32_t unstored, uint64_t at, uint64_t *words) {
  struct walk_frame *frame = last->frame + last->depth;
  for (uint32_t i = 1; i <= unstored; i++) {
    /* The words of a broken stack may be no addresses at all. */
    words[i] = (--frame)->pc & ~STACK_LINK_BIT;
    frame->stored = (uint32_t)(at + i);
  }
  if (unstored < last->depth)
    words[unstored + 1] = STACK_LINK((frame - 1)->stored);
}

/* Index values are one more than what they stand for: 0 means pending. */
static uint32_t store(const struct stack *stack, uint32_t generation) {
  uint32_t n = stack->walk ? count_unstored(stack->walk) : stack->depth;
  uint64_t at = table_take(TABLE_STACKS, 1 + n + (n < stack->depth));
  if (at >= INDEX_FAILED - 1 - RECORDING_MAX_DEPTH)
    return INDEX_FAILED;
  uint64_t *words = table_at(TABLE_STACKS, at);
  if (stack->walk)
    write_walk(stack->walk, n, at, words);
  else
    __builtin_memcpy(words + 1, stack->frames, n * sizeof(*words));
  __atomic_store_n(&words[0], STACK_HEADER(stack->depth, stack->flags, generation),
                   __ATOMIC_RELEASE);
  return (uint32_t)at + 1;
}

uint32_t stack_find(const struct stack *stack, uint32_t generation) {
  bool mine;
  uint32_t *entry = index_find(&stacks, stack_key(stack->hash, generation), &mine);
  if (!entry)
    return UINT32_MAX;
  uint32_t value = mine ? INDEX_PENDING : index_wait(entry);
  if (value == INDEX_PENDING)
    index_publish(entry, value = store(stack, generation));
  return value == INDEX_FAILED ? UINT32_MAX : value - 1;
}
