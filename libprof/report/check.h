/* memprof check: what the budget says, for people and as JSON. */
#pragma once

#include "model/verdict.h"

#include <stdio.h>

struct check_style {
  int columns; /* longer lines go on in the next */
  bool colour;
};

/* Verdicts one after the other, and a last line that sums them up. */
struct error *report_check(const struct verdict *const *verdicts, size_t n,
                           const struct check_style *style, FILE *out);
