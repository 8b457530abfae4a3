/* A look at where a process's resident memory was, while it lived: kept in a comment of its
 * profile.
 *
 * The kernel forgets a process's mappings with its end, so the account is that of the moment when
 * somebody looked, which need not be that of the peak: `total` and `age_ns` say which moment.
 *
 * A detailed look is at all mappings (smaps). Any other is at the kernel's sums for the process: it
 * does not tell the allocator's free memory, stacks and data of libraries from the program's own
 * mappings. */
#pragma once

#include "base/strbuf.h"
#include "model/heap_stats.h"
#include "model/profile.h"

/* All in bytes. */
struct resident_look {
  uint64_t total;     /* resident then: the sum of live, allocator, anonymous, stacks, modules,
                         files, shared and recording */
  uint64_t live;      /* blocks of malloc's, as requested, as far as they were resident */
  uint64_t allocator; /* what the allocator adds to blocks, and what it holds free */
  uint64_t
      anonymous;   /* the program's own mappings, without a file; all but `live` if not detailed */
  uint64_t blocks; /* the part of `anonymous` that may be blocks which were not sampled */
  uint64_t stacks, modules, files, shared, recording;
  uint64_t age_ns;   /* how long the process had been recorded */
  uint64_t detailed; /* 0: allocator, blocks, stacks and modules are not known, and are 0 */
  uint64_t rounding; /* the part of `allocator` that it adds to blocks, estimated from their sizes;
                        0: not known apart from what it holds free */
};

/* The account of a process that was just looked at: stats->resident is known. */
struct resident_look resident_look_of(const struct heap_stats *stats);

/* The comment "resident: total=N ... program=NAME" of it. */
void resident_look_append(struct strbuf *sb, const struct resident_look *look, const char *program);

/* From the comment of the process that had most when it was looked at; *program points into the
 * profile, and is untrusted. False where nobody looked. */
bool profile_resident_look(const struct profile *profile, struct resident_look *ret,
                           const char **program);
