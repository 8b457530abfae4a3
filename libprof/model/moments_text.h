/* Moments in a profile: comments that begin with '#', which pprof does not print.
 *
 *   #moments: samples=N
 *   #moment: TIME RSS LIVE ALLOCATED, then for each change GAP ALLOCATED LIVE BORN
 *   #mark: TIME KIND TEXT
 *   #process: PID N, then N times TIME RSS LIVE ALLOCATED, then the process's name
 *
 * There is one "#moments:" and a "#moment:" for each moment, in their order. GAP is the change's
 * place less that of the change before it (of the first: its place). A place is that of a sample in
 * the file; the changes of a place add up to its values alloc_space and inuse_space, and its births
 * to the latter. Readers take the text for hostile. */
#pragma once

#include "model/moments.h"
#include "model/profile.h"

/* Whether the comment is one of moments', which is for memprof page alone. */
bool moments_is_comment(const char *comment);

/* Whether the profile has all samples that its moments are of, in their places. */
bool moments_fit(const struct profile *profile);

/* Adds the comments. */
struct error *moments_write(const struct moments *moments, struct profile *profile);

/* Reads them from a profile that came out of a file; samples may have been taken out since.
 * *ret has no moments where the profile has none of its own: none at all, or those of several
 * profiles that were merged. ERROR_BAD_INPUT where they are damaged, or do not add up to the
 * samples. */
struct error *moments_read(const struct profile *profile, struct moments *ret);
