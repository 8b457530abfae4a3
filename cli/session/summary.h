/* The lines that `memprof run` ends with. */
#pragma once

#include "base/error.h"
#include "model/profile.h"

#include <stdio.h>

/* Totals, the three sites that allocated most, where the profile is and what to type next. */
struct error *summary_print(struct profile *profile, const char *path, FILE *out);
