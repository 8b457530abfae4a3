/* memprof check --json. */
#pragma once

#include "model/verdict.h"

#include <stdio.h>

/* docs/json.md describes the document. */
struct error *report_check_json(const struct verdict *const *verdicts, size_t n, FILE *out);
