/* Many profiles into one, and arithmetic on profiles, with pprof's meaning.
 *
 * Inputs are only read; a result is a new profile that shares nothing with them. Samples of the
 * same stack and the same labels become one with the sum of their values; samples whose values are
 * all 0 vanish, and with them whatever only they referred to. Work is linear in the input's size.
 */
#pragma once

#include "model/profile.h"

/* The sum of n >= 1 profiles.
 *
 * All must have the same sample types (names and units, in the same order) and period type; else
 * ERROR_BAD_INPUT names the two that differ: names[i] is what to call profiles[i] ("old.pb.gz"),
 * and `names` may be NULL. Equal mappings (build-id, or path where one lacks it; file offset; size
 * in pages), functions, locations (place in their mapping and lines) and samples are joined,
 * wherever the address space had put them. time_nanos is the earliest known, duration_nanos the
 * sum, period the largest, comments are joined, without repeats except for those that hold sums;
 * drop_frames and keep_frames are the first's. */
struct error *profile_merge(const struct profile *const *profiles, const char *const *names,
                            size_t n, struct profile **ret);

/* As profile_merge, with the values of profiles[i] multiplied by factors[i] first (rounded to the
 * nearest integer). */
struct error *profile_merge_scaled(const struct profile *const *profiles, const double *factors,
                                   const char *const *names, size_t n, struct profile **ret);

/* profile - base, sample by sample, as pprof's -base: what went away is negative. For a comparison
 * that survives a rebuild use model/diff.h. */
struct error *profile_subtract(const struct profile *profile, const struct profile *base,
                               struct profile **ret);

/* Multiplies every value, in place; rounds to the nearest integer, saturates at INT64_MIN/MAX. */
void profile_scale(struct profile *profile, double factor);

/* A copy without samples that are all zero and without unreferenced mappings (but the first, the
 * main binary), functions and locations; equal ones joined. */
struct error *profile_compact(const struct profile *profile, struct profile **ret);

/* The same of a profile without a value below 0. places[i] becomes the place of sample i in the
 * copy, PROFILE_NONE if it has none there. */
struct error *profile_compact_placed(const struct profile *profile, uint32_t *places,
                                     struct profile **ret);
