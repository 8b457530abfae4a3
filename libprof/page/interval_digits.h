/* Intervals with as few digits as their text needs: digits that nobody sees are most of a page's
 * bytes. */
#pragma once

#include "model/spread.h"

#include <stdbool.h>

/* The interval, its ends rounded outwards as far as the report's text of it (report/figure.h) stays
 * the same, and with it whether 0 is inside. `is_bytes`: printed in KiB and so on, else as a count.
 * Ends of 10^15 and more, and those that are rounded below a thousandth, stay as they are. */
struct interval interval_shorten(double value, struct interval interval, bool is_bytes);
