/* The findings of an inspection, in words. */
#pragma once

#include "symbol/inspect.h"

/* The obstacle as one line that names the program, the reason and the remedy; NULL if there is no
 * obstacle. ERROR_BAD_INPUT for a program that could not be run at all, else ERROR_CANNOT. */
struct error *inspection_error(const struct inspection *inspection);

/* The two halves of that line: "it is statically linked, so ..." and "link it ...". *err_no is 0
 * or the system's reason. Static strings. */
const char *obstacle_reason(enum obstacle obstacle);
const char *obstacle_remedy(enum obstacle obstacle);

/* obstacle_remedy, or what is better for this program. */
const char *inspection_remedy(const struct inspection *inspection);
