/* Stacks in the recording. Each is there once. A stack stores only the frames that differ from one
 * that its thread stored before, then a link to the word where the shared rest begins. */
#pragma once

#include "shim/walk/last_walk.h"

#include <stdint.h>

/* A stack to be found or stored: a walk, or (walk NULL) the frames of a parent's. */
struct stack {
  uint64_t hash;
  uint32_t depth, flags;
  struct last_walk *walk; /* learns where its frames are stored */
  const uint64_t *frames; /* innermost first */
};

struct stack stack_of_walk(struct last_walk *last);
struct stack stack_of_frames(const uint64_t *frames, uint32_t depth, uint32_t flags);

/* The load generation that a stack walked now belongs to. */
uint32_t stack_generation(void);

/* A hash of the stack in that generation. */
static inline uint64_t stack_key(uint64_t hash, uint32_t generation) {
  return hash + generation * 0xd6e8feb86659fd93ull;
}

/* The stack's header word's index in TABLE_STACKS, stored if new; UINT32_MAX where there is no
 * room. */
uint32_t stack_find(const struct stack *stack, uint32_t generation);

/* After fork, in the child. */
void stack_reset(void);
