/* Advice as findings, for build servers and code scanning. */
#pragma once

#include "model/advice.h"
#include "model/finding.h"

/* One suite with a finding for each item; memory from `arena`. `name` is the profile's. */
struct error *advise_findings(const struct profile *profile, const struct advice *advice,
                              const char *name, struct arena *arena, struct findings *ret);
