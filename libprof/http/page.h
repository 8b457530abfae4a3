/* The page in answers: the live page at "/", and one that was made before. */
#pragma once

#include "http/answer.h"
#include "model/profile.h"

/* The page of a finished profile (load/load.h) that is called `name`, as the answer. The profile is
 * calibrated and folded. */
struct error *http_page_answer(struct profile *profile, const char *name,
                               struct http_answer *answer);

/* A copy of `page` as the answer. */
void http_page_answer_copy(const struct strbuf *page, struct http_answer *answer);
