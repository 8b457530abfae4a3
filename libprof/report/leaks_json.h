/* memprof leaks --json; docs/json.md describes the document. */
#pragma once

#include "report/leaks.h"

struct error *report_leaks_json(const struct leak_report *report, FILE *out);
