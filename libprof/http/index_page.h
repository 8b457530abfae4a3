/* /debug/pprof/: what is served, with links. */
#pragma once

#include "http/answer.h"
#include "http/source.h"

/* With `token`, links carry it; NULL: none. */
void http_index_answer(const struct http_sources *sources, const char *token,
                       struct http_answer *answer);
