/* Numbers that look random and are the same in each run. */
#pragma once

#include <stdint.h>

static uint64_t random_state = 88172645463325252ull;

/* xorshift64 (Marsaglia 2003), the seed his. */
static uint64_t draw(uint64_t below) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return random_state % below;
}
