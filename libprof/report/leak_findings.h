/* What a leak check found as findings, for the reports that machines read. */
#pragma once

#include "model/finding.h"
#include "report/leaks.h"

/* One suite a process; a finding for each entry of a kind that counts as a leak, or one that passed
 * if there is none. What *ret points to is in `arena` or the report's; `root` is as for
 * finding_place. */
struct error *leaks_findings(const struct leak_report *report, const char *root,
                             struct arena *arena, struct findings *ret);
