/* Text for people: escaping, width and shortening of strings that a profile brought along.
 *
 * A name in a profile is untrusted. Printed raw it could move the cursor, change colours, retitle
 * the terminal or reorder a line (bidirectional overrides); so every such string passes
 * text_escape. Text is taken as UTF-8, whatever the locale says. */
#pragma once

#include "base/strbuf.h"

/* Appends s with every control character as \n, \t, \r or \x1b, bytes that are not UTF-8 as \xff,
 * and characters that reorder or hide text (U+202E and the like) as \u{202e}. */
void text_escape(struct strbuf *sb, const char *s);

/* Appends s with bytes that are not UTF-8 replaced by U+FFFD and all else as it is, for formats
 * that have escapes of their own. */
void text_repair(struct strbuf *sb, const char *s);

/* The number of columns that s (already escaped) takes on a terminal. */
int text_width(const char *s);

/* Appends as much of s (already escaped) as `columns` hold. */
void text_cut(struct strbuf *sb, const char *s, int columns);

/* Appends s (already escaped), its middle replaced by "..." when it is wider than `columns`, so
 * that it takes at most that many. Columns below 8 count as 8. */
void text_elide(struct strbuf *sb, const char *s, int columns);

/* Appends s (already escaped) and a newline, broken into lines of at most `columns`: behind a
 * space, a comma or "::", or before a bracket, where that leaves a third of the line. Lines after
 * the first are indented by `indent`; the first begins where `used` columns are taken. */
void text_wrap(struct strbuf *sb, const char *s, int used, int indent, int columns);
