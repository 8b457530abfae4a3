#include "shim/count/pause.h"

#include <stdbool.h>

uint64_t record_paused;

void record_pause(void) {
  __atomic_add_fetch(&record_paused, 1, __ATOMIC_RELAXED);
}

void record_resume(void) {
  uint64_t paused = __atomic_load_n(&record_paused, __ATOMIC_RELAXED);
  while (paused & ~RECORD_KEEPS_LEAVES &&
         !__atomic_compare_exchange_n(&record_paused, &paused, paused - 1, false, __ATOMIC_RELAXED,
                                      __ATOMIC_RELAXED))
    ;
}
