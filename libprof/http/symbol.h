/* /debug/pprof/symbol: names for addresses of a running program, as net/http/pprof gives them to a
 * client that has a profile without names. */
#pragma once

#include "http/request.h"
#include "http/source.h"

/* "num_symbols: 1", then "0x401136 main" for each address of the request that has a name. */
struct error *http_symbol_answer(const struct http_sources *sources,
                                 const struct http_request *request, struct http_answer *answer);
