/* Verdicts as findings, for the reports that machines read. */
#pragma once

#include "model/finding.h"
#include "model/verdict.h"

/* One suite for each verdict. *ret points into `arena` and the verdicts; both must outlive it. */
struct error *verdicts_findings(const struct verdict *const *verdicts, size_t n,
                                struct arena *arena, struct findings *ret);
