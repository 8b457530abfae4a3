/* Rows of option tables, shared by the commands that make profiles of recordings. */
#pragma once

#include "cli/line/options.h"

#define OPTION_ROW_QUIET(variable)                                                                 \
  {                                                                                                \
    .name = "quiet", .short_name = 'q', .help = "Say nothing but errors", .kind = OPTION_FLAG,     \
    .value = &(variable)                                                                           \
  }

#define OPTION_ROW_SYMBOLIZE(variable)                                                             \
  {                                                                                                \
    .name = "symbolize", .help = "Write addresses only; `memprof symbolize` names them later",     \
    .kind = OPTION_FLAG, .value = &(variable), .on_by_default = true                               \
  }
