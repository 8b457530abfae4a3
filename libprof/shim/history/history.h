/* The histories of recorded objects (common/history.h): taken where an object is recorded or freed
 * that is recorded anyway, never on the unsampled path.
 *
 * Nothing here waits or fails: where a place is being written by another thread, or there is no
 * room, the object has no history. A signal handler that leaves by siglongjmp in the midst of one
 * leaves a place that nobody gets again. */
#pragma once

#include "common/layout.h"

#include <stdbool.h>
#include <stdint.h>

extern bool history_kept __attribute__((visibility("hidden")));

/* From now on. */
void history_keep(void);

/* After fork, in the child: the parent's histories are not its own. */
void history_forget(void);

/* An object was recorded at p by the walk that is the thread's last, at `now`. The thread is busy
 * (count/busy.h), and has not counted the allocation yet. */
void history_born(const void *p, uint64_t size, uint32_t site, uint64_t now);

/* The recorded object at p is about to be freed, or (`by_realloc`) to be reallocated, by the
 * program's call into the interposed function with this frame. The thread is recorded. */
void history_ended(const void *p, bool by_realloc, const void *frame);

/* realloc of p to `size` bytes has returned `moved`; NULL: p is as it was. */
void history_reallocated(const void *p, const void *moved, uint64_t size);
