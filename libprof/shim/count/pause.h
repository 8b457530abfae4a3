/* Whether the program has paused recording (memprof_pause of hooks/memprof.h). record and exact
 * look at it on each sampled allocation. */
#pragma once

#include <stdint.h>

/* How often recording was paused and not resumed, and a bit: who records must call late_copy_keep
 * first (life/late_copy.h). As wide as `busy`, with which it is tested. */
#define RECORD_KEEPS_LEAVES (1ull << 63)
extern uint64_t record_paused __attribute__((visibility("hidden")));

/* One pause more; one less, if there is one. */
void record_pause(void);
void record_resume(void);
