/* The lines that `memprof run` ends with. */
#pragma once

#include "base/error.h"
#include "cli/session/collect.h"
#include "model/profile.h"

#include <stdio.h>

/* Totals, the three sites that allocated most and the three that had most at the peak, where the
 * profile is and what to type next. */
struct error *summary_print(struct profile *profile, const char *path, FILE *out);

/* The same of all processes of a session: the totals of all, and the rest of the one with the
 * highest peak. `main` may have no profile if others have. */
struct error *summary_print_all(const struct collected *main, const struct collect_tally *tally,
                                FILE *out);
