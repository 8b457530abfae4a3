/* Regular expressions as pprof's users write them.
 *
 * PCRE2 rather than regcomp: Go's syntax, which every pprof recipe and every profile's drop_frames
 * uses (\d, \w, (?i), (?:...), non-greedy), is close to a subset of Perl's, and a match limit keeps
 * a pattern from an untrusted profile from taking exponential time. Matching is unanchored and by
 * bytes: names from object files need not be UTF-8. A compiled regex is not thread-safe. */
#pragma once

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct regex;

/* Compiles `pattern`; `what` names it in errors ("--focus", "drop_frames of a.pb.gz"). A pattern
 * that does not compile is ERROR_BAD_INPUT with the place of the mistake. */
struct error *regex_create(const char *pattern, const char *what, struct regex **ret);
/* As above, matching only the whole of a subject. */
struct error *regex_create_anchored(const char *pattern, const char *what, struct regex **ret);
void regex_destroy(struct regex *regex);

/* Whether the pattern matches somewhere in subject (of n bytes at subject, for the second).
 * ERROR_BAD_INPUT when finding out takes more than the limit of steps, or all matches of the
 * expression more than WORK_MATCHING (base/work.h). */
struct error *regex_match(const struct regex *regex, const char *subject, bool *ret);
struct error *regex_match_n(const struct regex *regex, const char *subject, size_t n, bool *ret);

static inline void cleanup_regex(struct regex **regex) {
  regex_destroy(*regex);
}
#define _cleanup_regex_ __attribute__((cleanup(cleanup_regex)))
