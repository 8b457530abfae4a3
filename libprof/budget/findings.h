/* Verdicts as findings, for the reports that machines read. */
#pragma once

#include "model/finding.h"
#include "model/verdict.h"

/* One suite a verdict. What *ret points to is in `arena` or the verdicts'; both must outlive it. */
struct error *verdicts_findings(const struct verdict *const *verdicts, size_t n,
                                struct arena *arena, struct findings *ret);
