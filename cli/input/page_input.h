/* From the profiles that a user names to their page. */
#pragma once

#include "base/strbuf.h"
#include "cli/line/options.h"

extern const struct option_group page_options; /* --source-path, --confidential */

/* The document of the profile at paths[0] (NULL: the newest in the working folder), or with a
 * second path of the difference from the first to it; by the options of filters and figures. */
struct error *page_input_document(const char *const *paths, size_t n, struct strbuf *ret);

/* The page of it, as a file. */
struct error *page_input_html(const char *const *paths, size_t n, struct strbuf *ret);

/* Writes that page to `output`; NULL or "-" is standard output. */
struct error *page_input_write(const char *const *paths, size_t n, const char *output);
