/* The text of comments that hold pairs of numbers: "1=4096 65536=1000000". */
#pragma once

#include <stdbool.h>

/* Reads the pair at *text and goes on behind it. False at the end, and at what is no pair. */
bool number_pair_next(const char **text, double *key, double *value);
