/* Exact totals of a program, beyond its samples: kept in a comment of its profile. */
#pragma once

#include "model/sample_types.h"

struct profile_totals {
  uint64_t allocs, frees, bytes,
      threads; /* calls, calls, requested bytes, threads that allocated */
};

/* From the comment "totals: allocs=N frees=N bytes=N threads=N"; false without such a
 * comment. Merged profiles have several: their sum. */
bool profile_totals(const struct profile *profile, struct profile_totals *ret);

/* The most resident memory that a process of the profile had, in bytes, from the comment "memory:
 * peak_rss=N"; 0 without one. memprof's own pages are part of it. */
uint64_t profile_peak_rss(const struct profile *profile);
struct error *profile_set_peak_rss(struct profile *profile, uint64_t bytes);

/* The CPU time of all its processes, from the comments "cpu: ns=N"; 0 without one. */
uint64_t profile_cpu_ns(const struct profile *profile);

/* The sum of one figure over all samples; 0 if the profile does not have it. */
int64_t profile_type_sum(const struct profile *profile, enum sample_type type);
