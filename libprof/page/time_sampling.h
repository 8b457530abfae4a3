/* How sure the figures of a window of time are: the part `sampling` of a document's time (docs/json.md).
 *
 * An allocation of a stack was recorded with one probability, because a sample is of one size and one
 * rate. The variance of any of the stack's figures follows from that and from the figure itself
 * (model/error_bar.h), so a moment need not keep more than the figure. */
#pragma once

#include "base/error.h"
#include "base/strbuf.h"
#include "model/profile.h"

/* Appends the key and its columns; nothing for an exact profile. `alloc` and `inuse` are the sample
 * types of bytes. */
struct error *time_sampling_append(struct strbuf *sb, const struct profile *profile, int alloc,
                                   int inuse);
