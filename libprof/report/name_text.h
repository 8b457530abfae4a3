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

/* The source file as people read it, part of `file`: without the folder in which the Rust library
 * was compiled elsewhere ("/rustc/HASH/library/alloc/src/vec/mod.rs"). */
const char *name_file(const char *file);

/* Appends `text` (escaped) so that it takes at most `columns` (at least 8), by the first of these
 * that is enough: "  via ..." at the end is shortened or left out; the modules of Rust's library
 * (alloc::vec::Vec) and "(anonymous namespace)::" go; template arguments and the traits of "<type as trait>" become "...", the
 * longest before others, because the parts outside of them distinguish names; the middle goes, as
 * by text_elide. */
void name_fit(struct strbuf *sb, const char *text, int columns);
