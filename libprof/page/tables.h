/* The tables of a page: rows by function, line, file, module, thread, tag or size, the figures of
 * all types beside each other; as in `memprof top`, or with two profiles as in `memprof diff`. */
#pragma once

#include "base/strbuf.h"
#include "model/graph.h"
#include "page/page_profiles.h"
#include "page/text_numbers.h"

/* Appends {"by": ...}, an element of "tables", for the only profile's nodes at `granularity`.
 * With `edges` callers and callees of the rows. */
struct error *table_append_nodes(struct strbuf *sb, const struct page_profiles *profiles,
                                 const char *by, enum graph_granularity granularity, bool edges,
                                 struct text_numbers *texts);

/* The same of two profiles: changes by function. */
struct error *table_append_changes(struct strbuf *sb, const struct page_profiles *profiles,
                                   struct text_numbers *texts);

/* The same by the size of the blocks, in ranges of powers of two. */
struct error *table_append_sizes(struct strbuf *sb, const struct page_profiles *profiles,
                                 struct text_numbers *texts);
