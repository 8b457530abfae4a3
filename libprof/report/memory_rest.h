/* Words for who has the resident memory that is not malloc's (model/resident_look.h). Private to
 * reports and the summary. */
#pragma once

#include "base/strbuf.h"
#include "model/profile.h"

/* "98% of the rest is anonymous memory that python3 mapped itself": the largest part, and others
 * while those named are less than half. Names the moment where that was not (nearly) the peak.
 * Nothing where nobody looked while the process lived. Returns whether something was appended. */
bool memory_rest_append(struct strbuf *sb, const struct profile *profile);
