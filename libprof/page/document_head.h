/* The small part of a page's document: what the profiles are, their figures and totals. */
#pragma once

#include "base/strbuf.h"
#include "page/page_profiles.h"

/* Appends it, without the brace that ends the document. `confidential`: without comments, which have
 * the command line. */
struct error *document_head_append(struct strbuf *sb, const struct page_profiles *profiles,
                                   bool confidential);
