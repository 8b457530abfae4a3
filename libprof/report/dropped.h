/* Words and JSON for what a recording does not hold (model/dropped.h), the same in every report. */
#pragma once

#include "base/strbuf.h"
#include "model/dropped.h"

#include <jansson.h>

/* As a line of a report: "Incomplete: ...; the figures are too low". Nothing if the profile is
 * complete. `name` is put before it unless it is NULL. */
void dropped_append_line(struct strbuf *sb, const struct profile *profile, const char *name);

/* {"space": 1, "reentrant": 0, "limit": 0, "allocs": 1, "bytes": 40}, the last two null where they
 * are not known; null if the profile is complete. New reference, NULL without memory. */
json_t *dropped_json(const struct profile *profile);
