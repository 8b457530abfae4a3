/* The rates at which a profile was sampled, and how much was allocated under each.
 *
 * A recording under an overhead budget goes through many rates. A site that has no sample of a rate
 * may still have allocated while that rate held: about R bytes, at a mean distance of R, before a
 * sample is likely. Intervals need to know how much that may have been. */
#pragma once

#include "model/profile.h"

/* The rate at which the sample was taken, in bytes: its label "rate", or the profile's default. 1
 * or less: exact. */
double profile_sample_rate(const struct profile *profile, const struct profile_sample *sample);

/* How many bytes were allocated at each rate, by the logarithm of the rate, rounded up: memprof's
 * own rates are powers of two. All zero: exact. */
enum { RATE_LOGS = 64 };
struct rates {
  double rate[RATE_LOGS], bytes[RATE_LOGS]; /* rate 0: none of this logarithm */
};

/* The element for a rate. */
unsigned rate_log(double rate);

/* Adds bytes allocated at a rate; nothing for a rate of 1 or less, or no bytes. */
void rates_add(struct rates *rates, double rate, double bytes);

/* The bytes that one more sample would have stood for: as much may have gone unseen where there is
 * no sample. It is the largest rate R, or less if not even 3.2 R bytes were allocated under it. 0
 * if all was exact.
 *
 * A site that allocated u_k bytes under rate R_k stays unseen with the probability
 * exp(-sum u_k / R_k). The largest sum of u_k that leaves this probability at 1/24 puts all bytes
 * under the largest rate, then the rest of ln 24 under the next. The result is that sum over ln 24.
 */
double rates_unseen(const struct rates *rates);

/* The rates of a profile. The bytes by rate come from the comment "rates: 1=BYTES 1048576=BYTES" (one for each process of a
 * merged profile). A rate that a sample has (label "rate", or the profile's default) and no comment
 * names is taken to have had any number of bytes: INFINITY. */
struct rates profile_rates(const struct profile *profile);

/* rates_unseen of a profile. */
double profile_unseen(const struct profile *profile);

/* ln 24, so that a figure without a sample has the interval 0 to 3.18 R (model/spread.h). */
#define UNSEEN_LENGTH 3.178053830347946
