/* Rows of option tables that several commands have. */
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

#define OPTION_ROW_JSON(variable)                                                                  \
  {                                                                                                \
    .name = "json", .help = "Print JSON (docs/json.md describes it)", .kind = OPTION_FLAG,         \
    .value = &(variable)                                                                           \
  }

#define OPTION_ROW_COLOR(variable)                                                                 \
  {                                                                                                \
    .name = "color", .help = "Print without colour", .kind = OPTION_FLAG, .value = &(variable),    \
    .on_by_default = true                                                                          \
  }

#define OPTION_ROW_OUTPUT(variable)                                                                \
  {                                                                                                \
    .name = "output", .short_name = 'o', .argument = "FILE",                                       \
    .help = "Write to FILE (default: standard output)", .kind = OPTION_STRING,                     \
    .value = &(variable)                                                                           \
  }
