/* Whether the program has paused recording (memprof_pause of hooks/memprof.h). record and exact
 * look at it on each sampled allocation. */
#pragma once

#include <stdint.h>

/* How often recording was paused and not resumed. As wide as `busy`, with which it is tested. */
extern uint64_t record_paused __attribute__((visibility("hidden")));

/* One pause more; one less, if there is one. */
void record_pause(void);
void record_resume(void);
