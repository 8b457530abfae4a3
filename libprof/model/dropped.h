/* Allocations that a program made and its recording does not hold: kept in a comment of its
 * profile. The figures of such a profile, by site and in sum, are less than the truth. */
#pragma once

#include "base/strbuf.h"
#include "model/profile.h"

struct profile_dropped {
  /* Events, by why they were not recorded: no room in the file system, made in a signal handler
   * that interrupted the recorder, a table at its limit. An allocation may be several events. */
  uint64_t space, reentrant, limit;
  bool counted; /* all was to be recorded, so the next two are known */
  uint64_t allocs, bytes;
};

/* From the comment "dropped: space=N reentrant=N limit=N", with " allocs=N bytes=N" where those are
 * known; false without one. Merged profiles have several: their sum. */
bool profile_dropped(const struct profile *profile, struct profile_dropped *ret);

/* The same without the figures. */
bool profile_is_incomplete(const struct profile *profile);

/* "1200 allocations of 1.2 MiB were not recorded (no room for the recording)" */
void dropped_append(struct strbuf *sb, const struct profile_dropped *dropped);
