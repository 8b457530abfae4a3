/* Figures with their error bars, as text and as JSON, the same in every report. */
#pragma once

#include "base/strbuf.h"

#include <jansson.h>
#include <stdint.h>

/* Appends "12.3 MiB" and, if the variance is not 0, " +- 0.8": half the 95% interval, in the same
 * unit. `from` is the sample type's unit, `to` the unit asked for or NULL. */
void figure_append(struct strbuf *sb, int64_t value, double variance, const char *from,
                   const char *to);

/* As above with a sign always, for differences; `bar` is the half width itself. */
void figure_append_delta(struct strbuf *sb, int64_t delta, double bar, const char *from,
                         const char *to);

/* Appends value in percent of total: "12.34%"; "0%" of a total of 0. */
void figure_append_percent(struct strbuf *sb, int64_t value, int64_t total);

/* {"value": 12, "plus_minus": 3}: integers in the sample type's unit, the bar rounded up, 0 when
 * exact. New reference, NULL without memory. */
json_t *figure_json(int64_t value, double variance);
