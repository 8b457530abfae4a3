/* How often watchers look into the memory of processes: the less often the older these are. */
#pragma once

#include "cli/watch/watch.h"

enum { LOOKS_NS_PER_MIB = 20000 }; /* expected of smaps; resident.c says what was measured */

/* The first look comes after first_ms; each next one after the age_share-th part of the time so far,
 * no earlier than first_ms and no later than LOOKS_LONGEST_MS, and so late that looks take no more than
 * the share-th part of the time. */
struct looks_pace {
  unsigned first_ms, age_share, share;
};
enum { LOOKS_LONGEST_MS = 2000 };

enum { LOOKS_LONGEST_NS = 40000000, LOOKS_GRACE_NS = 10000000 };

/* Whether a look that is expected to take `cost` ns of CPU time may be taken, where earlier ones took
 * `spent`: none takes longer than LOOKS_LONGEST_NS, and all together the share-th part of the time,
 * after a grace. */
bool looks_may(const struct watch *watch, unsigned share, uint64_t spent, uint64_t cost);

/* In a tick: sets the next one, where the looks of this one took `cost` ns of CPU time. */
void looks_pause(struct watch *watch, const void *context, const struct looks_pace *pace,
                 uint64_t cost);
