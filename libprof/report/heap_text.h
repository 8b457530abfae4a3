/* A heap profile as the text that Go's runtime/pprof writes for ?debug=1, and tcmalloc before it:
 * for eyes, and for every reader of that format (go tool pprof reads it as a heap profile). */
#pragma once

#include "base/strbuf.h"
#include "model/profile.h"

/* Appends, for each sample, the largest in use first:
 *
 *   3: 120 [10: 400] @ 0x401150 0x401190
 *   #  0x40114f  hold_100  /src/hold.c:19
 *
 * that is, objects and bytes in use, in brackets allocated, and return addresses, which the format
 * wants, so one more than the frames' own. Then the profile's comments, and the mappings. Sample
 * types that the profile lacks are 0. */
struct error *report_heap_text(const struct profile *profile, struct strbuf *to);
