/* Code whose frames are of every shape that compilers make, calling one another at random.
 *
 * Built several times, by several compilers and options. `at_point` is called at random places
 * between and below the calls, so that the stack has changed in between by any number of frames, at
 * any depth. */
#pragma once

#include <stdint.h>

typedef void (*point)(void);

#ifdef __cplusplus
extern "C" {
#endif

struct dice {
  uint64_t state;
  point at_point;
};

uint32_t dice_below(struct dice *r, uint32_t n);

/* Calls the point now and then, then goes on into a random shape until depth is 0. */
void shapes_go(struct dice *r, int depth);

/* One of the C++ shapes: exceptions, destructors, virtual calls, comparators. */
void shapes_cpp(struct dice *r, int depth);

/* Calls libc through lazily bound symbols, string functions and callbacks; for a handler that
 * interrupts it anywhere. */
void shapes_libc(struct dice *r);

#ifdef __cplusplus
}
#endif
