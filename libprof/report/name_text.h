/* Functions' names as people read them.
 *
 * A profile keeps names whole: pprof, diffs and JSON know functions by them. Text for people leaves
 * out what says nothing: C++'s inline namespaces (std::__cxx11), ABI tags, and template arguments
 * that are their parameter's default (allocators, comparisons, hashes, deleters). It
 * calls std::basic_string<char> std::string, as everybody does. */
#pragma once

#include "base/strbuf.h"

/* Appends the name, escaped as by text_escape. A name that cannot be parsed is appended as it is.
 */
void name_append(struct strbuf *sb, const char *name);

/* Appends `text` (escaped) so that it takes at most `columns` (at least 8). Template arguments are
 * replaced by "..." first, the longest before others, because the parts outside of them
 * distinguish names; then the middle goes, as by text_elide. */
void name_fit(struct strbuf *sb, const char *text, int columns);
