#include "shim/count/sample.h"

#include "shim/count/arch.h"
#include "shim/count/math.h"

struct weight sample_weight_inexact(uint64_t size, uint64_t rate) {
  arch_float saved = arch_float_enter();
  double objects = 1 / math_one_minus_exp(((double)size + 1) / (double)rate);
  struct weight w = {
      (uint64_t)(objects * (1ull << OBJECTS_SHIFT) + 0.5),
      (uint64_t)(objects * (double)size * (1ull << BYTES_SHIFT) + 0.5),
  };
  arch_float_leave(saved);
  return w;
}

uint64_t sample_draw_inexact(uint64_t rate, uint64_t *random) {
  arch_float saved = arch_float_enter();
  /* u in (0, 1]: never log 0. */
  double u = (double)((random_next(random) >> 11) + 1) * 0x1p-53;
  uint64_t left = (uint64_t)(-math_log(u) * (double)rate);
  arch_float_leave(saved);
  return left;
}
