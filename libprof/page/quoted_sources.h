/* The source lines that a page quotes: those with figures, and a few around them. */
#pragma once

#include "base/error.h"
#include "base/strbuf.h"
#include "model/profile.h"
#include "page/text_numbers.h"

#include <stddef.h>

/* Appends "sources": for each file that report/source.h lets us read (the working folder, and
 * n_folders folders) its "file", and "line" and "text" of the lines. */
struct error *quoted_sources_append(struct strbuf *sb, const struct profile *profile,
                                    const char *const *folders, size_t n_folders,
                                    struct text_numbers *texts);
