/* Figures with their 95% intervals, as text and as JSON, the same in every report. */
#pragma once

#include "base/strbuf.h"
#include "model/spread.h"

#include <jansson.h>
#include <stdint.h>

/* Appends "12.3 MiB" and, if the spread is not exact, the interval: " +- 0.8" in the same unit
 * where both sides are alike, else ", 0 to 3.1 MiB". `spread` NULL: no interval. `from` is the
 * sample type's unit, `to` the unit asked for or NULL. */
void figure_append(struct strbuf *sb, int64_t value, const struct spread *spread, const char *from,
                   const char *to);

/* The interval alone, for a column of its own: "+- 0.8" or "0 to 3.1 MiB"; nothing for an exact
 * figure. */
void figure_append_interval(struct strbuf *sb, int64_t value, const struct spread *spread,
                            const char *from, const char *to);

/* As figure_append with a sign always, for differences. */
void figure_append_delta(struct strbuf *sb, int64_t delta, struct interval interval,
                         const char *from, const char *to);

/* Appends value in percent of total: "12.34%"; "0%" of a total of 0. */
void figure_append_percent(struct strbuf *sb, int64_t value, int64_t total);

/* {"value": 12, "low": 9, "high": 17}: integers in the sample type's unit, the ends of the interval
 * rounded outwards, both equal to the value when it is exact. New reference, NULL without memory.
 */
json_t *figure_json(int64_t value, const struct spread *spread);
json_t *interval_json(int64_t value, struct interval interval);
