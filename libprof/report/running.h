/* What the reports on running processes share: ps, stats. They know figures only, not where these
 * come from. */
#pragma once

#include "report/table.h"

#include <stdbool.h>

struct running_options {
  struct table_style style;
  const char *unit; /* NULL: a fitting one for each figure */
  bool json;
};
