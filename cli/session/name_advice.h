/* Advice at the foot of reports: where names for the code of a profile can be had. */
#pragma once

#include "base/strbuf.h"
#include "model/nameless.h"

/* Where most of a profile lies in code without names: appends a line for each file that the most of
 * it is in, which says what would give it names, and how to use that on the profile at `path`. Each
 * line begins with `before`. Appends nothing where nothing would help. */
void name_advice_append(struct strbuf *sb, const char *before, const struct profile *profile,
                        const struct nameless *nameless, const char *path);
