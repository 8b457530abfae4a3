/* memprof check --json. */
#pragma once

#include "model/verdict.h"

#include <stdio.h>

/* docs/json.md describes the document. `unchecked`: why the program that was run could not be
 * checked for leaks; NULL: it was, or none was run. */
struct error *report_check_json(const struct verdict *const *verdicts, size_t n,
                                const char *unchecked, FILE *out);
