/* Choosing samples and frames of a profile, in place, with pprof's words and meaning.
 *
 * A regular expression (model/regex.h) is tried on a frame's function name, on its source file and
 * on its mapping's path; an inlined frame is a frame. */
#pragma once

#include "model/profile.h"

/* NULL or "" switches an option off. All that are on apply, in this order. */
struct profile_filter {
  const char *focus;     /* keep only samples with a matching frame */
  const char *ignore;    /* drop samples with a matching frame */
  const char *hide;      /* drop matching frames; a sample without frames goes */
  const char *show;      /* drop all other frames; likewise */
  const char *show_from; /* drop the frames above (on the root's side of) the first match, seen from
                            the root; a sample without a match goes */
  /* On labels: "REGEX,REGEX" (each has to match some "key:value"), "key=REGEX,REGEX" (one has to
   * match a value of key) or a range of numeric labels: "32kb", "32kb:", ":64kb", "32kb:64kb", each
   * also after "key=". */
  const char *tagfocus;  /* keep only samples with a matching label */
  const char *tagignore; /* drop samples with a matching label */
};

/* Which options matched anything at all, for "--focus matched no samples". True also when off. */
struct profile_filter_matched {
  bool focus, ignore, hide, show, show_from, tagfocus, tagignore;
};

/* Applies the filter; `matched` may be NULL. A bad expression is ERROR_BAD_INPUT that names the
 * option as "--focus"; the profile is then unchanged. */
struct error *profile_filter(struct profile *profile, const struct profile_filter *filter,
                             struct profile_filter_matched *matched);
