/* /debug/pprof/cmdline: the arguments of the process, separated by NUL as in net/http/pprof. */
#pragma once

#include "http/request.h"
#include "http/source.h"

void http_cmdline_answer(const struct http_sources *sources, const struct http_request *request,
                         struct http_answer *answer);
