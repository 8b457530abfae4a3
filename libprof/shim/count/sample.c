#include "shim/count/sample.h"

#include "shim/count/math.h"

#include <stdbool.h>

/* The program may have unmasked floating-point exceptions or changed the rounding: neither must
 * show, and our inexact results must not raise its sticky flags. Most have left all as it was and
 * the inexact flag up: then there is nothing to change, which takes longer than to look. */
#if defined(__x86_64__)
enum { FLOAT_DEFAULT = 0x1f80, FLOAT_FLAGS = 0x3f, FLOAT_INEXACT = 0x20 };
static inline bool float_as_ours(uint32_t state) {
  return (state & ~(uint32_t)FLOAT_FLAGS) == FLOAT_DEFAULT && state & FLOAT_INEXACT;
}
static inline uint32_t float_enter(void) {
  uint32_t saved = __builtin_ia32_stmxcsr();
  if (!float_as_ours(saved))
    __builtin_ia32_ldmxcsr(FLOAT_DEFAULT);
  return saved;
}
static inline void float_leave(uint32_t saved) {
  if (!float_as_ours(saved))
    __builtin_ia32_ldmxcsr(saved);
}
#else
static inline uint64_t float_enter(void) {
  return 0;
}
static inline void float_leave(uint64_t saved) {
  (void)saved;
}
#endif

struct weight sample_weight_inexact(uint64_t size, uint64_t rate) {
  __auto_type saved = float_enter();
  double objects = 1 / math_one_minus_exp(((double)size + 1) / (double)rate);
  struct weight w = {
      (uint64_t)(objects * (1ull << OBJECTS_SHIFT) + 0.5),
      (uint64_t)(objects * (double)size * (1ull << BYTES_SHIFT) + 0.5),
  };
  float_leave(saved);
  return w;
}

uint64_t sample_draw_inexact(uint64_t rate, uint64_t *random) {
  __auto_type saved = float_enter();
  /* u in (0, 1]: never log 0. */
  double u = (double)((random_next(random) >> 11) + 1) * 0x1p-53;
  uint64_t left = (uint64_t)(-math_log(u) * (double)rate);
  float_leave(saved);
  return left;
}
