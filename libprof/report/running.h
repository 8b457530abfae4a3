/* The common options of the reports on running processes: ps, stats. They know figures only, not
 * their source. */
#pragma once

#include "report/table.h"

#include <stdbool.h>

struct running_options {
  struct table_style style;
  const char *unit; /* NULL: a fitting one for each figure */
  bool json;
};
