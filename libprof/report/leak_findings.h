/* The result of a leak check as findings, for the reports that machines read. */
#pragma once

#include "model/finding.h"
#include "report/leaks.h"

/* One suite for each process. It has a finding for each entry of a kind that counts as a leak, or
 * one that passed if there are no such entries. *ret points into `arena` and the report; `root` is
 * as for finding_place. */
struct error *leaks_findings(const struct leak_report *report, const char *root,
                             struct arena *arena, struct findings *ret);
