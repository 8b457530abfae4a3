/* All signals of this thread blocked, those of libc's own included, for what must not be left in
 * the middle. Two system calls: on rare paths only. */
#pragma once

#include "shim/sys/sys.h"

#include <signal.h>
#include <stdint.h>

/* Returns the mask from before. */
static inline uint64_t signals_block(void) {
  static const uint64_t all = UINT64_MAX;
  uint64_t before = 0;
  sys(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, sizeof(all));
  return before;
}

static inline void signals_restore(uint64_t before) {
  sys(SYS_rt_sigprocmask, SIG_SETMASK, &before, 0, sizeof(before));
}
