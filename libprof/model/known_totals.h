/* A program's totals that are known beyond its samples: how many allocations of each size it made, how
 * many bytes it asked for at each sampling rate, how many of its blocks live. Calls are counted
 * whether they are sampled or not (docs/SAMPLING.md).
 *
 * A profile has them in comments, one of each for each process:
 *   "totals: allocs=N frees=N bytes=N threads=N"
 *   "rates: RATE=BYTES RATE=BYTES"
 *   "sizes: 0=CALLS 16=CALLS": calls for 16 to 31 bytes; 0 stands for 0 and 1
 *   "peak: blocks=N", where that is known */
#pragma once

#include "model/profile.h"
#include "model/rates.h"

#include <stdbool.h>

enum { SIZE_LOGS = 64 };

struct known_totals {
  double by_size[SIZE_LOGS]; /* allocations, by the logarithm of their size */
  struct rates rates;
  double live, peak; /* blocks that live, that lived at the peak; below 0: not known */
};

/* The element of by_size for allocations of so many bytes. */
unsigned size_log(double size);

/* False where they are not known, or are not those of the profile's samples: some allocations were
 * not recorded (dropped, or recording was paused), or a process has no such comments. */
bool known_totals_of(const struct profile *profile, struct known_totals *ret);

/* Takes the totals by size from the profile: its samples are not all that there were any more. */
void known_totals_forget(struct profile *profile);
