/* The totals of the margins as far as they are known: less what sizes without a margin have of them,
 * which is known roughly. Private to calibration_*.c. */
#pragma once

#include "model/calibration.h"

/* The totals for samples of sizes with a margin, in the margins' units; how sure they are goes to
 * c->sigma. */
void calibration_known(struct calibration *c, const struct known_totals *known,
                       const struct calibration_item *items, size_t n, double *ret);

/* Sets c->rest_bytes, rest_calls and largest_rate. */
void calibration_know_rest(struct calibration *c, const struct known_totals *known);
