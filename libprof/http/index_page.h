/* /debug/pprof/: what is served, with links. */
#pragma once

#include "http/answer.h"
#include "http/source.h"

void http_index_answer(const struct http_sources *sources, struct http_answer *answer);
